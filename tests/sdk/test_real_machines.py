"""Real machines, ordered with the vendors' own SDKs and looked at from inside."""

import base64
import os
import signal
import subprocess
import time
import tomllib

import pytest
from huaweicloudsdkecs.v2 import (
    ChangeServerOsWithCloudInitOption, ChangeServerOsWithCloudInitRequest,
    ChangeServerOsWithCloudInitRequestBody, CreatePostPaidServersRequest,
    CreatePostPaidServersRequestBody, PostPaidServer, PostPaidServerNic,
    PostPaidServerRootVolume,
)

from support import machines, vpc
from support.huawei import Huawei
from support.machines import is_refused, seen
from support.plane import PATIENCE_S, binary, wait_for
from support.tencent import Tencent
from support.tencent_v3 import ZONE, TencentV3

pytestmark = pytest.mark.skipif(
    not machines.LIBRARY, reason="no images of machines: cargo xtask test vm builds them")

FIRST = "First@Start1"


@pytest.fixture(scope="module")
def room():
    room = machines.Room()
    yield room
    room.close()


@pytest.fixture(scope="module")
def real(room):
    plane = room.plane()
    yield plane
    plane.stop()


@pytest.fixture(scope="module")
def cloud(real):
    return Huawei(real)


# The image that servers are made from first, the one they change to, and one with cloud-init.
BASE, VARIANT, CLOUD_INIT = "Debian", "Debian with nano", "Debian with cloud-init"


def image(room, name=BASE):
    (found,) = [path.parent.name for path in (room.data / "images").glob("*/image.toml")
                if tomllib.loads(path.read_text())["name"] == name]
    return found


def create(huawei, room, count=1, flavor="s3.small.1", password=FIRST):
    network = vpc.networks(huawei.plane)[0]
    server = PostPaidServer(
        name="real", flavor_ref=flavor, image_ref=image(room), count=count, vpcid=network.vpc,
        nics=[PostPaidServerNic(subnet_id=network.subnet)], admin_pass=password,
        root_volume=PostPaidServerRootVolume(volumetype="SSD"))
    body = CreatePostPaidServersRequestBody(server=server)
    made = huawei.client.create_post_paid_servers(CreatePostPaidServersRequest(body=body))
    return made.job_id, made.server_ids


@pytest.fixture(scope="module")
def two(cloud, room):
    """Two servers that run."""
    job, servers = create(cloud, room, count=2)
    cloud.succeeded(job)
    return servers


def test_a_server_is_what_was_ordered(cloud, room, two):
    for server in two:
        shown = cloud.server(server)
        assert shown.status == "ACTIVE"
        (address,) = [one.addr for nics in shown.addresses.values() for one in nics]
        vcpus, memory, name, own = seen(
            room, server, FIRST, "nproc", "grep MemTotal /proc/meminfo", "hostname",
            "ip -4 -o address show eth0")
        assert vcpus == "1" and 900_000 < int(memory.split()[1]) < 1_048_576
        assert name == shown.os_ext_srv_att_rhostname
        assert f" {address}/" in own, "it has the address that the plane says"


def test_passwords_are_reset_in_the_guests_by_one_order(cloud, room, two):
    done = cloud.reset_passwords(two, "Second@Start2")
    assert {one.id for one in done.response} == set(two)
    for server in two:
        (hashed,) = seen(room, server, "Second@Start2", "grep ^root: /etc/shadow")
        assert hashed.startswith("root:$6$")
    assert is_refused(room, two[0], FIRST)
    # As the other tests find them.
    cloud.reset_passwords(two, FIRST)


def test_a_resize_is_seen_in_the_guest(cloud, room, two):
    server = two[0]
    seen(room, server, FIRST, "touch /var/marker; sync")
    answer = cloud.batch_resize([server], "s3.large.2", mode="withStopServer")
    cloud.succeeded(answer.job_id)
    vcpus, memory, kept = seen(
        room, server, FIRST, "nproc", "grep MemTotal /proc/meminfo", "ls /var/marker")
    assert vcpus == "2" and int(memory.split()[1]) > 3_500_000
    assert kept == "/var/marker", "the disk is the same"


def test_another_system_has_nothing_of_the_old_one(cloud, room, two):
    server = two[0]
    seen(room, server, FIRST, "touch /var/marker; sync")
    option = ChangeServerOsWithCloudInitOption(
        adminpass="Third@Start3", imageid=image(room, VARIANT), mode="withStopServer")
    body = ChangeServerOsWithCloudInitRequestBody(os_change=option)
    request = ChangeServerOsWithCloudInitRequest(server_id=server, body=body)
    cloud.succeeded(cloud.client.change_server_os_with_cloud_init(request).job_id)
    assert cloud.server(server).image.id == image(room, VARIANT)
    (left,) = seen(room, server, "Third@Start3", "ls /var/marker 2>&1")
    assert "No such file" in left
    assert is_refused(room, server, FIRST)


def test_a_stopped_server_has_its_new_password_when_it_runs_again(real, room, two):
    tencent = TencentV3(real)
    one = next(instance.InstanceId for instance in tencent.instances()
               if instance.Uuid == two[1])
    tencent.call("StopInstances", InstanceIds=[one], StopType="SOFT_FIRST")
    tencent.reaches(one, "STOPPED")
    assert not room.record(two[1])["process"], "its process has ended"
    reset = tencent.call("ResetInstancesPassword", InstanceIds=[one], Password="Fourth@Start4")
    assert tencent.done(one, reset.RequestId).LatestOperationState == "SUCCESS"
    tencent.call("StartInstances", InstanceIds=[one])
    tencent.reaches(one, "RUNNING")
    assert seen(room, two[1], "Fourth@Start4", "id -u") == ["0"]
    assert is_refused(room, two[1], FIRST)


def test_api_2_sets_passwords_of_stopped_servers_and_answers_for_each(real, room, two):
    tencent = Tencent(real)
    known = {one.Uuid: one.InstanceId for one in TencentV3(real).instances()}
    pair = [known[server] for server in two]
    tencent.good("StopInstances", instanceIds=pair)
    tencent.all_reach(pair, 4)
    unknown = "ins-zzzzzzzz"
    answer = tencent.call(
        "ResetInstancePassword", instanceIds=[*pair, unknown], password="Fifth@Start5")
    assert answer["code"] == 5400, answer
    assert {one: item["code"] == 0 for one, item in answer["detail"].items()} == {
        pair[0]: True, pair[1]: True, unknown: False}
    tencent.all_reach(pair, 4)
    for server in two:
        kept = (room.data / "machines" / server / "machine.json").read_text()
        assert room.record(server)["pending"]["password"] and "$6$" not in kept, "it is sealed"
    tencent.good("StartInstances", instanceIds=pair)
    tencent.all_reach(pair, 2)
    for server in two:
        (hashed,) = seen(room, server, "Fifth@Start5", "grep ^root: /etc/shadow")
        assert hashed.startswith("root:$6$")
        assert not room.record(server)["pending"]["password"]
    assert is_refused(room, two[0], "Third@Start3")


def test_a_balancer_takes_real_servers_and_all_its_orders(real, two):
    cloud = TencentV3(real)
    known = {one.Uuid: one.InstanceId for one in cloud.instances()}
    made = cloud.balanced("CreateLoadBalancer", LoadBalancerType="OPEN", LoadBalancerName="front")
    (front,) = made.LoadBalancerIds
    (listener,) = cloud.balanced("CreateListener", LoadBalancerId=front, Ports=[80],
                                 Protocol="TCP").ListenerIds
    targets = [{"InstanceId": known[server], "Port": 80} for server in two]
    cloud.balanced("RegisterTargets", LoadBalancerId=front, ListenerId=listener, Targets=targets)
    (shown,) = cloud.balance("DescribeTargets", LoadBalancerId=front).Listeners
    assert {one.InstanceId for one in shown.Targets} == {known[server] for server in two}
    cloud.balanced("DeleteLoadBalancer", LoadBalancerIds=[front])


def test_an_image_that_is_added_meanwhile_is_listed(real, room):
    disk = room.data / "late.raw"
    # A boot sector and nothing else.
    disk.write_bytes(bytes(510) + b"\x55\xaa" + bytes(1 << 20))
    added = subprocess.run(
        [binary(), "image", "--data", str(room.data), "add", str(disk), "--name", "Late",
         "--os", "Debian 12.0.0 64bit"], capture_output=True, text=True, check=True)
    tencent = TencentV3(real)
    listed = lambda: [one.ImageName for one in tencent.call("DescribeImages", Limit=100).ImageSet]
    wait_for(listed, lambda seen: "Late" in seen, "the image to be listed")
    assert added.stdout.split()[0] in os.listdir(room.data / "images")


def test_cloud_init_is_told_by_its_seed(real, cloud, room):
    tencent = TencentV3(real)
    (system,) = [one.ImageId for one in tencent.call("DescribeImages", Limit=100).ImageSet
                 if one.ImageName == CLOUD_INIT]
    lines = ["#cloud-config", "write_files:", "- {path: /var/told, content: by the user}",
             "runcmd:", "- [touch, /var/ran]"]
    (one,) = tencent.call(
        "RunInstances", Placement={"Zone": ZONE}, ImageId=system, InstanceType="S6.SMALL1",
        InstanceName="told", HostName="told-once", LoginSettings={"Password": FIRST},
        UserData=base64.b64encode("\n".join(lines).encode()).decode(),
        DataDisks=[{"DiskSize": 10, "DiskType": "CLOUD_SSD"}]).InstanceIdSet
    # Four programs in Python, every instruction of which may have to be translated.
    wait_for(lambda: tencent.instance(one).InstanceState, lambda state: state == "RUNNING",
             "the end of the first boot", patience=5 * PATIENCE_S)
    server = tencent.instance(one).Uuid
    name, content, ran, hashed, size, seed = seen(
        room, server, FIRST, "hostname", "cat /var/told; echo", "ls /var/ran",
        "grep ^root: /etc/shadow", "cat /sys/block/vdb/size", "ls /dev/vdc 2>&1")
    assert (name, content, ran) == ("told-once", "by the user", "/var/ran")
    assert hashed.startswith("root:$6$")
    assert int(size) == 10 << 21, "the data disk comes right after the boot disk"
    assert "No such file" in seed, "the seed is out"
    assert not (room.data / "machines" / server / "run" / "seed.img").exists()
    # Nothing of that came through the agent.
    (instance, user) = seen(room, server, FIRST, "cat /var/lib/cloud/data/instance-id",
                            "grep -c by.the.user /var/lib/cloud/instance/user-data.txt")
    assert instance == f"{server}-1" and user == "1"

    # It is the same system at its next start.
    cloud.succeeded(cloud.stop([server]))
    cloud.succeeded(cloud.start([server]))
    (still, again) = seen(room, server, FIRST, "grep ^root: /etc/shadow",
                          "cat /var/lib/cloud/data/instance-id")
    assert (still, again) == (hashed, instance)

    # Its data disk goes with it, as ordered.
    disks = lambda: list((room.data / "disks").glob("*.raw"))
    assert len(disks()) == 1
    tencent.call("TerminateInstances", InstanceIds=[one])
    wait_for(disks, lambda left: not left, "the end of the disk")


def test_a_machine_that_is_killed_is_missed_and_fails_alone(cloud, room, two):
    killed = time.monotonic()
    room.kill(two[0])
    wait_for(lambda: cloud.server(two[0]).status, lambda status: status == "SHUTOFF",
             "the loss to be shown")
    # What the promise is; a machine with other things to do may take longer and is not at fault.
    print(f"shown after {time.monotonic() - killed:.3f} s")
    job = cloud.finished(cloud.reboot(two, "HARD"))
    outcomes = {sub.entities.server_id: sub.status for sub in job.entities.sub_jobs}
    assert outcomes == {two[0]: "FAIL", two[1]: "SUCCESS"}
    cloud.succeeded(cloud.start([two[0]]))
    assert cloud.server(two[0]).status == "ACTIVE"


def test_machines_outlive_the_plane_and_an_order_goes_on_with_the_next_one(room, real, cloud, two):
    cloud.succeeded(cloud.delete(two))
    assert not list((room.data / "machines").glob("*/machine.json")), "nothing of them is left"
    job, servers = create(cloud, room, count=5)
    begun = lambda: [one for one in servers if process(room, one)]
    wait_for(begun, lambda seen: len(seen) >= 2, "some of the machines to be begun")
    os.kill(real.pid, signal.SIGKILL)
    real.process.wait()
    processes = {server: process(room, server) for server in servers}
    assert any(processes.values()), "machines go on"

    plane = room.plane()
    try:
        cloud = Huawei(plane)
        ended = cloud.finished(job)
        told = {sub.entities.server_id: sub.status for sub in ended.entities.sub_jobs}
        assert told == dict.fromkeys(servers, "SUCCESS")
        for server in servers:
            assert cloud.server(server).status == "ACTIVE"
            assert processes[server] in (None, process(room, server)), "nothing was begun twice"
            assert seen(room, server, FIRST, "id -u") == ["0"]
        cloud.succeeded(cloud.delete(servers))
    finally:
        plane.stop()


def process(room, server):
    try:
        return room.record(server)["process"]
    except FileNotFoundError:
        return None
