"""The two operations that answer for each server at once: resetting passwords and renaming."""

import uuid

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def refusal(call):
    """What the SDK raises, as (status, code, message)."""
    with pytest.raises(ClientRequestException) as raised:
        call()
    assert raised.value.request_id
    return raised.value.status_code, raised.value.error_code, raised.value.error_msg


def test_all_passwords_reset_answer_the_normal_format(huawei):
    ids = huawei.ids()
    assert len(ids) == 20
    answer = huawei.reset_passwords(ids)
    assert [one.id for one in answer.response] == ids
    assert huawei.raw.status == 200
    assert huawei.raw.body == {"response": [{"id": one} for one in ids]}


def test_one_unknown_id_is_named_and_the_others_are_reported(huawei):
    ids = huawei.ids(3)
    asked = [ids[0], UNKNOWN, *ids[1:]]
    status, code, _ = refusal(lambda: huawei.reset_passwords(asked))
    assert (status, code) == (400, "Ecs.0611")
    body = huawei.raw.body
    assert sorted(body) == ["error", "internalError", "response"]
    assert sorted(body["error"]) == ["code", "message"]
    (failed,) = body["internalError"]
    assert sorted(failed) == ["error_code", "error_message", "id"]
    assert failed["id"] == UNKNOWN
    assert failed["error_code"] == "Ecs.0614"
    assert [one["id"] for one in body["response"]] == ids


def test_every_unknown_id_is_named_when_none_is_known(huawei):
    asked = [str(uuid.uuid4()) for _ in range(3)]
    assert refusal(lambda: huawei.reset_passwords(asked))[:2] == (400, "Ecs.0611")
    assert [one["id"] for one in huawei.raw.body["internalError"]] == asked
    assert not huawei.raw.body.get("response")


@pytest.mark.parametrize("password", [
    "Short1!", "onlylowercase", "A1!" + "a" * 24, "Regiment 2026!", "Regiment#2026",
    "1-Admin-root", "Xroot@2026", "Xtoor@2026", "Xmin@2026", "X1-rotartsinimdA",
])
def test_a_weak_password_changes_nothing(huawei, password):
    assert refusal(lambda: huawei.reset_passwords(huawei.ids(2), password))[:2] == (400, "Ecs.0011")
    assert sorted(huawei.raw.body) == ["error"]


@pytest.mark.parametrize("password", ["Regimen1", "A1!aaaaaaaaaaaaaaaaaaaaaaa", "Re@%-_=+[]:./?1"])
def test_a_good_password_is_taken(huawei, password):
    ids = huawei.ids(2)
    assert [one.id for one in huawei.reset_passwords(ids, password).response] == ids


def test_more_than_a_thousand_servers_are_too_many(huawei):
    asked = [str(uuid.uuid4()) for _ in range(1001)]
    assert refusal(lambda: huawei.reset_passwords(asked))[:2] == (400, "Ecs.0118")
    assert sorted(huawei.raw.body) == ["error"]


def test_no_servers_are_an_invalid_request(huawei):
    assert refusal(lambda: huawei.reset_passwords([]))[:2] == (400, "Ecs.0005")


def test_a_dry_run_of_a_reset_needs_no_password_and_answers_as_the_real_one(huawei):
    ids = huawei.ids(2)
    answer = huawei.reset_passwords(ids, password=None, dry_run=True)
    assert [one.id for one in answer.response] == ids


def test_a_rename_gives_every_server_the_same_name(huawei):
    ids = huawei.ids(3)
    answer = huawei.rename(ids, "front-desk")
    assert [one.id for one in answer.response] == ids
    assert {huawei.server(one).name for one in ids} == {"front-desk"}


def test_a_rename_reports_the_unknown_and_renames_the_others(huawei):
    ids = huawei.ids(2)
    assert refusal(lambda: huawei.rename([*ids, UNKNOWN], "back-office"))[:2] == (400, "Ecs.0611")
    assert [one["id"] for one in huawei.raw.body["internalError"]] == [UNKNOWN]
    assert [one["id"] for one in huawei.raw.body["response"]] == ids
    assert {huawei.server(one).name for one in ids} == {"back-office"}


def test_a_dry_run_of_a_rename_renames_nothing(huawei):
    (one,) = huawei.ids(1)
    before = huawei.server(one).name
    assert [seen.id for seen in huawei.rename([one], "never-so-called", dry_run=True).response] == [one]
    assert huawei.server(one).name == before


def test_a_bad_name_is_refused_as_a_whole(huawei):
    status, code, _ = refusal(lambda: huawei.rename(huawei.ids(1), "a b<c>"))
    assert status == 400
    assert code in ("Ecs.0915", "Ecs.0005")
    status, code, _ = refusal(lambda: huawei.rename(huawei.ids(1), "a" * 200))
    assert status == 400
    assert code in ("Ecs.0914", "Ecs.0005")


def test_a_single_reset_answers_without_a_body(huawei):
    from huaweicloudsdkecs.v2 import (
        ResetServerPasswordOption, ResetServerPasswordRequest, ResetServerPasswordRequestBody)
    (one,) = huawei.ids(1)
    body = ResetServerPasswordRequestBody(reset_password=ResetServerPasswordOption(new_password="weak"))
    huawei.client.reset_server_password(ResetServerPasswordRequest(server_id=one, body=body))
    assert huawei.raw.status == 204
    assert huawei.raw.text == ""
    for password in ("weak", "Xroot@2026", "Xmin@2026"):
        checked = ResetServerPasswordOption(new_password=password, is_check_password=True)
        body = ResetServerPasswordRequestBody(reset_password=checked)
        call = lambda: huawei.client.reset_server_password(ResetServerPasswordRequest(server_id=one, body=body))
        assert refusal(call)[:2] == (400, "Ecs.0011")
