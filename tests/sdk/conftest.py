"""Every test module has a server of its own; a test that needs another kind starts one itself."""

import pytest

from support import plane as planes
from support.huawei import Huawei
from support.tencent import Tencent
from support.tencent_v3 import TencentV3


@pytest.fixture(scope="module")
def fleet(request):
    """Arguments of the module's server, overridden by a module's `SERVE`."""
    return getattr(request.module, "SERVE", ("--pace", "instant", "--fleet", "20"))


@pytest.fixture(scope="module")
def plane(fleet):
    started = planes.start(*fleet)
    yield started
    started.stop()


@pytest.fixture
def start_plane():
    """Starts servers of any kind; all are stopped when the test ends."""
    started = []

    def start(*arguments):
        started.append(planes.start(*arguments))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture
def huawei(plane):
    client = Huawei(plane)
    yield client
    assert not client.recorder.broken, "\n".join(client.recorder.broken)


@pytest.fixture
def tencent(plane):
    return Tencent(plane)


@pytest.fixture
def newer_look(plane):
    """Asks the later API of load balancers, for tests of the older one."""
    return TencentV3(plane).balance
