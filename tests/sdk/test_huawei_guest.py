"""What comes from inside a server: its console, its crashes, the password made for it."""

from urllib.parse import urlsplit

import pytest
from huaweicloudsdkecs import v2 as ecs
from openstack import exceptions

from support.nova import connect
from support.plane import wait_for
from test_huawei_batch import UNKNOWN, refusal
from test_huawei_jobs import settle

SERVE = ("--pace", "quick", "--fleet", "6", "--seed", "23")


def output(huawei, server, length=None):
    request = ecs.ShowServerConsoleOutputRequest(server_id=server, length=length)
    return huawei.client.show_server_console_output(request).output


def open_console(huawei, server, protocol="vnc", kind="novnc"):
    option = ecs.GetServerRemoteConsoleOption(protocol=protocol, type=kind)
    body = ecs.ShowServerRemoteConsoleRequestBody(remote_console=option)
    request = ecs.ShowServerRemoteConsoleRequest(server_id=server, body=body)
    return huawei.client.show_server_remote_console(request).remote_console


def open_serial(huawei, server):
    request = ecs.ShowSerialConsoleActionsRequest(server_id=server)
    return huawei.client.show_serial_console_actions(request).serial_console


def turn_serial(huawei, server, on):
    option = ecs.UpdateSerialConsoleOptionsOption(enabled=on)
    body = ecs.UpdateSerialConsoleOptionsRequestBody(serial_console_options=option)
    request = ecs.UpdateSerialConsoleOptionsRequest(server_id=server, body=body)
    huawei.client.update_serial_console_options(request)


def page(huawei, url):
    """What somebody sees who has nothing but the address."""
    parts = urlsplit(url)
    assert f"{parts.scheme}://{parts.netloc}" == huawei.plane.endpoint
    status, headers, text = huawei.plane.plain("GET", f"{parts.path}?{parts.query}")
    assert headers["content-type"] == "text/html; charset=utf-8"
    return status, text


def test_the_console_shows_what_happened_to_a_server(huawei):
    one = huawei.ids(1)[0]
    settle(huawei, [one], "ACTIVE")
    name = huawei.server(one).name
    assert f"{name} login:" in output(huawei, one)

    huawei.succeeded(huawei.reboot([one]))
    text = output(huawei, one)
    assert "going down to start anew" in text
    assert text.endswith(f"{name} login:\n")

    huawei.succeeded(huawei.stop([one], "HARD"))
    text = output(huawei, one, -1)
    assert text.endswith("machine: power off\n"), "it is still told of a stopped server"
    lines = text.splitlines()
    assert len(lines) > 3
    assert output(huawei, one, 2).splitlines() == lines[-2:]
    assert output(huawei, one, 0) == ""

    huawei.succeeded(huawei.start([one]))
    assert output(huawei, one, 1) == output(huawei, one, -1).splitlines()[-1] + "\n"
    assert f"{name} login:" in output(huawei, one, 1)

    assert refusal(lambda: output(huawei, one, -2))[:2] == (400, "Ecs.0005")
    assert refusal(lambda: output(huawei, UNKNOWN))[:2] == (404, "Ecs.0114")


def test_a_crash_dump_panics_and_restarts_a_running_server(huawei):
    one = huawei.ids(2)[1]
    settle(huawei, [one], "ACTIVE")
    before = huawei.server(one)
    assert "panic" not in output(huawei, one, -1)

    huawei.client.execute_server_dump(ecs.ExecuteServerDumpRequest(server_id=one))
    assert huawei.raw.status == 202 and not huawei.raw.text

    text = wait_for(lambda: output(huawei, one, -1), lambda text: "panic" in text, "a panic")
    assert text.index("panic") < text.rindex("login:"), "it starts anew"
    after = wait_for(lambda: huawei.server(one),
                     lambda server: server.os_srv_us_glaunched_at != before.os_srv_us_glaunched_at,
                     "another start")
    assert after.status == "ACTIVE"

    settle(huawei, [one], "SHUTOFF")
    request = ecs.ExecuteServerDumpRequest(server_id=one)
    assert refusal(lambda: huawei.client.execute_server_dump(request))[:2] == (400, "Ecs.0100")
    request = ecs.ExecuteServerDumpRequest(server_id=UNKNOWN)
    assert refusal(lambda: huawei.client.execute_server_dump(request))[:2] == (404, "Ecs.0114")


def test_a_remote_console_leads_to_a_page_of_the_server(huawei):
    one = huawei.ids(3)[2]
    settle(huawei, [one], "ACTIVE")
    console = open_console(huawei, one)
    assert (console.protocol, console.type) == ("vnc", "novnc")

    status, text = page(huawei, console.url)
    assert status == 200
    assert one in text and huawei.server(one).name in text and "login:" in text
    assert page(huawei, console.url[:-3] + "AAA")[0] == 403
    assert page(huawei, console.url.partition("?")[0])[0] == 403

    assert refusal(lambda: open_console(huawei, one, protocol="rdp"))[:2] == (400, "Ecs.0005")
    assert refusal(lambda: open_console(huawei, one, kind="html5"))[:2] == (400, "Ecs.0005")
    assert refusal(lambda: open_console(huawei, UNKNOWN))[:2] == (404, "Ecs.0114")
    settle(huawei, [one], "SHUTOFF")
    assert refusal(lambda: open_console(huawei, one))[:2] == (400, "Ecs.0100")
    # The address that was given leads there still.
    assert "SHUTOFF" in page(huawei, console.url)[1]
    huawei.succeeded(huawei.delete([one]))
    assert page(huawei, console.url)[0] == 404


def test_the_serial_console_is_turned_on_and_off(huawei):
    one = huawei.ids(4)[3]
    settle(huawei, [one], "ACTIVE")
    assert refusal(lambda: open_serial(huawei, one))[:2] == (400, "Ecs.0005")
    turn_serial(huawei, one, True)
    status, text = page(huawei, open_serial(huawei, one).url)
    assert status == 200 and one in text
    turn_serial(huawei, one, False)
    assert refusal(lambda: open_serial(huawei, one))[:2] == (400, "Ecs.0005")
    assert refusal(lambda: turn_serial(huawei, UNKNOWN, True))[:2] == (404, "Ecs.0114")


def test_a_server_says_whether_its_password_can_be_reset(huawei):
    one = huawei.ids(1)[0]
    request = ecs.ShowResetPasswordFlagRequest(server_id=one)
    assert huawei.client.show_reset_password_flag(request).resetpwd_flag == "True"
    request = ecs.ShowResetPasswordFlagRequest(server_id=UNKNOWN)
    told = refusal(lambda: huawei.client.show_reset_password_flag(request))
    assert told[:2] == (404, "Ecs.0114")


def test_a_server_without_a_made_password_has_an_empty_one(huawei):
    one = huawei.ids(1)[0]
    show = ecs.ShowServerPasswordRequest(server_id=one)
    assert huawei.client.show_server_password(show).password == ""
    huawei.client.delete_server_password(ecs.DeleteServerPasswordRequest(server_id=one))
    assert huawei.raw.status == 204
    assert huawei.client.show_server_password(show).password == ""
    gone = ecs.DeleteServerPasswordRequest(server_id=UNKNOWN)
    assert refusal(lambda: huawei.client.delete_server_password(gone))[:2] == (404, "Ecs.0114")


def test_openstack_sees_the_same_console(plane, huawei):
    compute = connect(plane)
    one = huawei.ids(5)[4]
    settle(huawei, [one], "ACTIVE")
    printed = compute.get_server_console_output(one)["output"]
    assert printed == output(huawei, one, -1)
    assert compute.get_server_console_output(one, length=1)["output"] == output(huawei, one, 1)

    console = compute.create_server_remote_console(one, protocol="vnc", type="novnc")
    assert (console.protocol, console.type) == ("vnc", "novnc")
    assert one in page(huawei, console.url)[1]
    older = compute.get_server_console_url(one, "novnc")
    assert older["type"] == "novnc" and one in page(huawei, older["url"])[1]
    with pytest.raises(exceptions.BadRequestException):
        compute.create_server_remote_console(one, protocol="serial", type="serial")
    turn_serial(huawei, one, True)
    serial = compute.create_server_remote_console(one, protocol="serial", type="serial")
    assert one in page(huawei, serial.url)[1]

    compute.trigger_server_crash_dump(one)
    wait_for(lambda: output(huawei, one, -1), lambda text: "panic" in text, "a panic")
    assert compute.get_server_password(one) == ""
    compute.clear_server_password(one)

    wait_for(lambda: huawei.server(one).os_ext_st_svm_state, lambda state: state == "active", "rest")
    settle(huawei, [one], "SHUTOFF")
    with pytest.raises(exceptions.ConflictException):
        compute.create_server_remote_console(one, protocol="vnc", type="novnc")
    with pytest.raises(exceptions.ConflictException):
        compute.trigger_server_crash_dump(one)
