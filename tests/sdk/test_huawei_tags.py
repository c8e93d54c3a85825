"""Tags: put, taken, shown for a server and the project, and servers found by them."""

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs import v2 as ecs


def put(huawei, server, **tags):
    pairs = [ecs.BatchAddServerTag(key=key, value=value) for key, value in tags.items()]
    body = ecs.BatchCreateServerTagsRequestBody(action="create", tags=pairs)
    huawei.client.batch_create_server_tags(ecs.BatchCreateServerTagsRequest(server_id=server, body=body))
    assert huawei.raw.status == 204


def take(huawei, server, *keys):
    body = ecs.BatchDeleteServerTagsRequestBody(action="delete", tags=[ecs.ServerTag(key=key) for key in keys])
    huawei.client.batch_delete_server_tags(ecs.BatchDeleteServerTagsRequest(server_id=server, body=body))
    assert huawei.raw.status == 204


def tags(huawei, server):
    shown = huawei.client.show_server_tags(ecs.ShowServerTagsRequest(server_id=server)).tags
    return {tag.key: tag.value for tag in shown}


def found(huawei, **asked):
    body = ecs.ListServersByTagRequestBody(action="filter", **asked)
    answer = huawei.client.list_servers_by_tag(ecs.ListServersByTagRequest(body=body))
    assert answer.total_count == len(answer.resources)
    return {resource.resource_id for resource in answer.resources}


def test_tags_are_shown_everywhere_at_once_until_they_are_taken(huawei):
    one, other = huawei.ids(2)
    before = tags(huawei, one)
    assert "stage" not in before
    put(huawei, one, stage="test", owner="me")
    put(huawei, one, stage="live")
    put(huawei, other, stage="test")
    assert tags(huawei, one) == before | {"stage": "live", "owner": "me"}
    show = huawei.client.show_server(ecs.ShowServerRequest(server_id=one)).server
    assert {"stage=live", "owner=me"} <= set(show.tags)
    assert [server.id for server in huawei.servers(tags="stage=live")] == [one]
    listed = huawei.client.list_server_tags(ecs.ListServerTagsRequest()).tags
    assert {tag.key: tag.values for tag in listed}["stage"] == ["live", "test"]
    both = [ecs.ServerTags(key="stage", values=["live", "test"])]
    assert found(huawei, tags=both) == {one, other}
    assert found(huawei, tags=both, not_tags=[ecs.ServerTags(key="owner", values=[])]) == {other}
    take(huawei, one, "stage", "owner", "never")
    assert tags(huawei, one) == before
    assert found(huawei, tags=both) == {other}


def test_a_server_has_at_most_ten_tags(huawei):
    server = huawei.ids(3)[2]
    room = 10 - len(tags(huawei, server))
    put(huawei, server, **{f"k{number}": "" for number in range(room)})
    with pytest.raises(ClientRequestException) as caught:
        put(huawei, server, more="1")
    assert (caught.value.status_code, caught.value.error_code) == (400, "Ecs.0905")


def test_servers_by_tag_can_be_counted_and_paged(huawei):
    body = ecs.ListServersByTagRequestBody(action="count")
    counted = huawei.client.list_servers_by_tag(ecs.ListServersByTagRequest(body=body))
    assert counted.total_count == len(huawei.ids())
    body = ecs.ListServersByTagRequestBody(action="filter", limit="3", offset="2")
    page = huawei.client.list_servers_by_tag(ecs.ListServersByTagRequest(body=body))
    assert [one.resource_id for one in page.resources] == huawei.ids()[2:5]
