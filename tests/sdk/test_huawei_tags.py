"""Tags: put on servers and taken off them, listed, and looked for."""

import pytest
from huaweicloudsdkecs import v2 as ecs

from test_huawei_batch import UNKNOWN, refusal


def put(huawei, server, **tags):
    pairs = [ecs.BatchAddServerTag(key=key, value=value) for key, value in tags.items()]
    body = ecs.BatchCreateServerTagsRequestBody(action="create", tags=pairs)
    huawei.client.batch_create_server_tags(
        ecs.BatchCreateServerTagsRequest(server_id=server, body=body))


def take(huawei, server, **tags):
    pairs = [ecs.ServerTag(key=key, value=value) for key, value in tags.items()]
    body = ecs.BatchDeleteServerTagsRequestBody(action="delete", tags=pairs)
    huawei.client.batch_delete_server_tags(
        ecs.BatchDeleteServerTagsRequest(server_id=server, body=body))


def of_server(huawei, server):
    answer = huawei.client.show_server_tags(ecs.ShowServerTagsRequest(server_id=server))
    return {tag.key: tag.value for tag in answer.tags}


def of_project(huawei):
    answer = huawei.client.list_server_tags(ecs.ListServerTagsRequest())
    return {tag.key: sorted(tag.values) for tag in answer.tags}


def among(huawei, action="filter", **asked):
    body = ecs.ListServersByTagRequestBody(action=action, **asked)
    return huawei.client.list_servers_by_tag(ecs.ListServersByTagRequest(body=body))


def tag(key, *values):
    return ecs.ServerTags(key=key, values=list(values))


@pytest.fixture
def bare(huawei):
    """The first servers, without a tag before and after."""
    ids = huawei.ids(3)
    yield ids
    for one in ids:
        left = of_server(huawei, one)
        if left:
            take(huawei, one, **left)


def test_tags_are_put_overwritten_and_taken(huawei, bare):
    one, other, _ = bare
    before = of_project(huawei)
    assert of_server(huawei, one) == {}

    put(huawei, one, stage="test", owner="")
    put(huawei, other, stage="live")
    assert of_server(huawei, one) == {"stage": "test", "owner": ""}
    assert of_project(huawei) == before | {"stage": ["live", "test"], "owner": [""]}
    shown = huawei.server(one)
    assert sorted(shown.tags) == ["owner", "stage=test"]
    newer = huawei.client.list_cloud_servers(
        ecs.ListCloudServersRequest(id=one, expect_fields=["tags"])).servers[0]
    assert sorted(newer.tags) == sorted(shown.tags)
    nova = huawei.client.nova_show_server(ecs.NovaShowServerRequest(
        server_id=one, open_stack_api_version="compute 2.26")).server
    assert sorted(nova.tags) == sorted(shown.tags)

    put(huawei, one, stage="live")
    assert of_server(huawei, one) == {"stage": "live", "owner": ""}
    take(huawei, one, stage="live")
    take(huawei, other, stage="live")
    assert of_server(huawei, one) == {"owner": ""}
    assert of_project(huawei) == before | {"owner": [""]}


def test_servers_are_found_by_their_tags(huawei, bare):
    one, other, plain = bare
    put(huawei, one, stage="test", team="a")
    put(huawei, other, stage="live", team="a")
    found = among(huawei, tags=[tag("team", "a")])
    assert found.total_count == 2
    assert {each.resource_id for each in found.resources} == {one, other}
    first = next(each for each in found.resources if each.resource_id == one)
    assert first.resource_name == huawei.server(one).name
    assert {pair.key: pair.value for pair in first.tags} == {"stage": "test", "team": "a"}

    def ids(**asked):
        return {each.resource_id for each in among(huawei, **asked).resources}

    assert ids(tags=[tag("stage", "test", "live"), tag("team", "a")]) == {one, other}
    assert ids(tags=[tag("stage")]) == {one, other}
    assert ids(tags=[tag("stage", "live")]) == {other}
    without = ids(not_tags=[tag("stage", "live")])
    assert other not in without and {one, plain} <= without
    name = huawei.server(plain).name
    named = ids(matches=[ecs.ServerTagMatch(key="resource_name", value=name.upper())])
    assert plain in named and named <= {each.id for each in huawei.servers(name=name)}
    assert ids(tags=[tag("team")], limit="1", offset="1") < {one, other}

    counted = among(huawei, "count", tags=[tag("team", "a")])
    assert (counted.total_count, counted.resources) == (2, None)
    for filters in ({"tags": "team=a"}, {"tags": "team"}, {"tags": "stage=test,team=a"}):
        listed = {each.id for each in huawei.servers(**filters)}
        assert one in listed and plain not in listed
    listed = {each.id for each in huawei.servers(not_tags="stage=live")}
    assert other not in listed and plain in listed


def test_tags_that_are_too_many_or_malformed_change_nothing(huawei, bare):
    one = bare[0]
    put(huawei, one, stage="test")
    many = {f"key-{n}": "" for n in range(10)}
    assert refusal(lambda: put(huawei, one, **many))[:2] == (400, "Ecs.0905")
    assert refusal(lambda: put(huawei, one, **{"a=b": "c"}))[:2] == (400, "Ecs.0907")
    assert refusal(lambda: put(huawei, one, **{"k" * 37: "c"}))[:2] == (400, "Ecs.0906")
    assert refusal(lambda: put(huawei, UNKNOWN, stage="test"))[:2] == (404, "Ecs.0114")
    assert refusal(lambda: of_server(huawei, UNKNOWN))[:2] == (404, "Ecs.0114")
    assert refusal(lambda: among(huawei, "sort"))[:2] == (400, "Ecs.0005")
    assert of_server(huawei, one) == {"stage": "test"}
