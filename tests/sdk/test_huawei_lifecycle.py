"""Where a server lives and how it is paid for."""

from huaweicloudsdkecs import v2 as ecs

from test_huawei_batch import UNKNOWN, refusal
from test_huawei_jobs import settle

SERVE = ("--pace", "quick", "--fleet", "12", "--seed", "11")
DEDICATED = "459a2b9d-804a-4745-ab19-a113bb1b4ddc"


def migrate(huawei, server, host=None):
    option = ecs.MigrateServerOption(dedicated_host_id=host)
    body = ecs.MigrateServerRequestBody(migrate=option)
    request = ecs.MigrateServerRequest(server_id=server, body=body)
    return huawei.client.migrate_server(request).job_id


def redeploy(huawei, server):
    request = ecs.ExecuteServerRedeployRequest(server_id=server)
    return huawei.client.execute_server_redeploy(request).job_id


def change_charge_mode(huawei, ids, mode="prePaid", dry_run=None, months="1"):
    options = ecs.ChangeServerChargeModePrepaidOption(
        period_type="month", period_num=months, auto_pay=True, auto_renew=False,
        include_data_disks=False, include_publicips=False)
    body = ecs.ChangeServerChargeModeRequestBody(
        server_ids=ids, charge_mode=mode, dry_run=dry_run,
        prepaid_options=options if mode == "prePaid" else None)
    return huawei.client.change_server_charge_mode(
        ecs.ChangeServerChargeModeRequest(body=body))


def test_a_stopped_server_moves_to_a_dedicated_host_and_back(huawei):
    one = huawei.ids(1)[0]
    settle(huawei, [one], "SHUTOFF")
    before = huawei.server(one)

    done = huawei.succeeded(migrate(huawei, one, DEDICATED))
    assert done.job_type == "migrateServer"

    after = huawei.server(one)
    assert after.status == "SHUTOFF"
    assert after.os_ext_srv_att_rhost != before.os_ext_srv_att_rhost
    assert after.host_id != before.host_id
    assert after.os_ext_a_zavailability_zone == before.os_ext_a_zavailability_zone
    assert after.osscheduler_hints.dedicated_host_id == [DEDICATED]

    assert refusal(lambda: migrate(huawei, one, DEDICATED))[:2] == (400, "Ecs.0221")

    huawei.succeeded(migrate(huawei, one))
    home = huawei.server(one)
    assert home.os_ext_srv_att_rhost != after.os_ext_srv_att_rhost
    assert not home.osscheduler_hints.dedicated_host_id


def test_a_running_server_is_not_migrated(huawei):
    one = huawei.ids(2)[1]
    settle(huawei, [one], "ACTIVE")
    host = huawei.server(one).os_ext_srv_att_rhost
    assert refusal(lambda: migrate(huawei, one))[:2] == (400, "Ecs.0100")
    assert refusal(lambda: migrate(huawei, UNKNOWN))[:2] == (404, "Ecs.0114")
    assert huawei.server(one).os_ext_srv_att_rhost == host


def test_a_redeployed_server_runs_again_elsewhere(huawei):
    one = huawei.ids(3)[2]
    settle(huawei, [one], "ACTIVE")
    before = huawei.server(one)

    done = huawei.succeeded(redeploy(huawei, one))
    assert done.job_type == "redeployServer"

    after = huawei.server(one)
    assert after.status == "ACTIVE"
    assert after.os_ext_srv_att_rhost != before.os_ext_srv_att_rhost
    assert after.os_srv_us_glaunched_at > before.os_srv_us_glaunched_at

    settle(huawei, [one], "SHUTOFF")
    huawei.succeeded(redeploy(huawei, one))
    again = huawei.server(one)
    assert again.status == "SHUTOFF"
    assert again.os_ext_srv_att_rhost != after.os_ext_srv_att_rhost


def test_the_charge_mode_is_what_metadata_says(huawei):
    ids = huawei.ids(6)[4:]
    assert {huawei.server(one).metadata["charging_mode"] for one in ids} == {"0"}

    dry = change_charge_mode(huawei, ids, dry_run=True)
    assert dry.order_id is None and huawei.raw.status == 202
    assert {huawei.server(one).metadata["charging_mode"] for one in ids} == {"0"}

    ordered = change_charge_mode(huawei, ids)
    assert ordered.order_id.startswith("CS")
    huawei.succeeded(ordered.job_id)
    for one in ids:
        metadata = huawei.server(one).metadata
        assert metadata["charging_mode"] == "1"
        assert metadata["metering.order_id"] == ordered.order_id

    listed = huawei.client.list_cloud_servers(ecs.ListCloudServersRequest(charging_mode="1"))
    assert {server.id for server in listed.servers} == set(ids)

    assert refusal(lambda: change_charge_mode(huawei, ids))[:2] == (400, "Ecs.0005")

    back = change_charge_mode(huawei, ids[:1], mode="postPaid")
    assert back.order_id not in (None, ordered.order_id)
    metadata = huawei.server(ids[0]).metadata
    assert metadata["charging_mode"] == "0" and "metering.order_id" not in metadata
    assert huawei.server(ids[1]).metadata["charging_mode"] == "1"


def test_eleven_servers_are_too_many_for_one_order(huawei):
    assert refusal(lambda: change_charge_mode(huawei, huawei.ids(11)))[:2] == (400, "Ecs.0118")
