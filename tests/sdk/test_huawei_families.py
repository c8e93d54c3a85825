"""Clients of the clouds of the same family: they sign, name headers and write paths in ways of their own.

The signer here is what those clients have in common, written from their published form: the vendor's
own SDK signs in one way alone.
"""

import datetime
import hashlib
import hmac
import json
from urllib.parse import quote, urlsplit

import openstack
import pytest

from support.plane import wait_for


def digest(key, text):
    return hmac.new(key, text.encode(), hashlib.sha256).digest()


def encoded(text):
    return quote(text, safe="-_.~")


class Signer:
    """Signs as clients do that are not the vendor's own."""

    def __init__(self, plane, scope=None):
        self.plane = plane
        # Region and service in the older form; none in the newer one.
        self.scope = scope

    def send(self, method, path, query=(), body=None, signed=(), after=(), raw_query=None, secret=None):
        """`signed` headers are signed beside the date; those of `after` are put on unsigned.

        `raw_query` is what goes over the wire in place of the sorted and encoded pairs that are signed.
        """
        date = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
        text = json.dumps(body) if body is not None else ""
        headers = {"X-Sdk-Date": date, **dict(signed)}
        names = sorted(headers, key=str.lower)
        lines = "".join(f"{name.lower()}:{headers[name].strip()}\n" for name in names)
        joined = ";".join(name.lower() for name in names)
        pairs = "&".join(f"{encoded(key)}={encoded(value)}" for key, value in sorted(query))
        closed = path if path.endswith("/") else path + "/"
        canonical = "\n".join([method, closed, pairs, lines, joined,
                               hashlib.sha256(text.encode()).hexdigest()])
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        secret = secret or self.plane.secret_key
        if self.scope is None:
            who, key, stated = f"Access={self.plane.access_key}", secret.encode(), [date, hashed]
        else:
            scope = "/".join([date[:8], *self.scope, "sdk_request"])
            key = f"SDK{secret}".encode()
            for part in scope.split("/"):
                key = digest(key, part)
            who, stated = f"Credential={self.plane.access_key}/{scope}", [date, scope, hashed]
        signature = digest(key, "\n".join(["SDK-HMAC-SHA256", *stated])).hex()
        headers["Authorization"] = f"SDK-HMAC-SHA256 {who}, SignedHeaders={joined}, Signature={signature}"
        headers |= dict(after)
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        sent = pairs if raw_query is None else raw_query
        status, _, answer = self.plane.plain(
            method, f"{path}?{sent}" if sent else path, text or None, headers)
        return status, json.loads(answer) if answer else None


@pytest.fixture
def signer(plane):
    return Signer(plane)


def detail(plane):
    return f"/v1/{plane.project_id}/cloudservers/detail"


@pytest.mark.parametrize("scope", [None, ("", ""), ("eu-de", "ecs")])
def test_both_forms_of_the_signature_open_the_door(plane, huawei, scope):
    signer = Signer(plane, scope)
    host = ("Host", urlsplit(plane.endpoint).netloc)
    status, listed = signer.send("GET", detail(plane), [("limit", "3")], signed=[
        host, ("Accept", "application/json"), ("User-Agent", "golangsdk/2.0.0")])
    assert (status, [one["id"] for one in listed["servers"]]) == (200, huawei.ids(3))
    one = huawei.ids(1)[0]
    body = {"reboot": {"type": "HARD", "servers": [{"id": one}]}}
    status, answer = signer.send(
        "POST", f"/v1/{plane.project_id}/cloudservers/action", body=body,
        signed=[("Content-Type", "application/json")])
    assert status == 200
    huawei.succeeded(answer["job_id"])
    status, refused = signer.send("GET", detail(plane), secret="wrong" * 8)
    assert (status, refused["error_code"]) == (401, "APIGW.0301")


def test_a_scope_of_another_form_is_nobody_s(plane):
    date = datetime.datetime.now(datetime.UTC).strftime("%Y%m%dT%H%M%SZ")
    for credential in ("20200101/eu-de/ecs/sdk_request", f"{date[:8]}/eu-de/ecs", ""):
        status, _, text = plane.plain("GET", detail(plane), headers={
            "X-Sdk-Date": date,
            "Authorization": f"SDK-HMAC-SHA256 Credential={plane.access_key}/{credential}, "
                             f"SignedHeaders=x-sdk-date, Signature={'0' * 64}"})
        assert (status, json.loads(text)["error_code"]) == (401, "APIGW.0301")


@pytest.mark.parametrize("signed, after", [
    ([], []),
    ([("Host", "{host}")], []),
    ([("Host", "{host}"), ("X-Project-Id", "{project}")], []),
    ([], [("X-Project-Id", "{project}")]),
    ([], [("X-Domain-Id", "d78cbac186b744899480f25bd022f468"), ("X-Project-Id", "{project}")]),
    ([], [("X-Security-Token", "of-a-temporary-key")]),
    ([("X-Security-Token", "of-a-temporary-key"), ("Content-Type", "application/json")], []),
    ([("test_underscore", "signed by some")], []),
    ([("X-Language", "  en-us "), ("Accept", "*/*")], [("Accept-Encoding", "gzip")]),
])
def test_headers_are_signed_or_not_as_the_client_likes(plane, signer, signed, after):
    host, project = urlsplit(plane.endpoint).netloc, plane.project_id

    def filled(headers):
        return [(name, value.format(host=host, project=project)) for name, value in headers]

    status, listed = signer.send("GET", detail(plane), signed=filled(signed), after=filled(after))
    assert (status, listed["count"]) == (200, 20)


def test_the_header_names_the_same_project_as_the_path(plane, signer):
    other = "feed456789abcdef0123456789abcdef"
    status, refused = signer.send("GET", detail(plane), after=[("X-Project-Id", other)])
    assert (status, refused["error"]["code"]) == (400, "Ecs.0023")
    status, refused = signer.send("GET", f"/v1/{other}/cloudservers/detail")
    assert (status, refused["error"]["code"]) == (400, "Ecs.0023")
    status, refused = signer.send("GET", f"/v2.1/{other}/servers")
    assert (status, list(refused)) == (400, ["badRequest"])
    head = {"X-Auth-Token": plane.token, "X-Project-Id": plane.project_id}
    assert plane.plain("GET", detail(plane), headers=head)[0] == 200


@pytest.mark.parametrize("query, raw", [
    ([("limit", "2"), ("offset", "1")], "offset=1&limit=2"),
    ([("limit", "2"), ("name", "a b/c~d*é+&=")], None),
    ([("limit", "2"), ("name", "a b")], "name=a+b&limit=2"),
    ([("limit", "2"), ("name", "a+b")], "name=a+b&limit=2"),
    ([("limit", "2"), ("name", "~*")], "name=%7E*&limit=2"),
    ([("limit", "2"), ("name", "é")], "name=%c3%a9&limit=2"),
    ([("limit", "2"), ("marker", "")], "marker&limit=2"),
    ([("limit", "2"), ("marker", "")], "&&marker=&limit=2"),
    ([("tags", "b"), ("limit", "2"), ("tags", "a")], None),
    ([("limit", "2"), ("not-tags", "x=y")], "not-tags=x=y&limit=2"),
])
def test_a_query_is_signed_in_order_however_it_is_sent(plane, signer, query, raw):
    status, answer = signer.send("GET", detail(plane), query, raw_query=raw)
    assert status == 200, answer
    status, refused = signer.send("GET", detail(plane), query, raw_query=f"{raw or 'limit=2'}&limit=3")
    assert (status, refused["error_code"]) == (401, "APIGW.0301")


@pytest.mark.parametrize("path", [
    "v1/{}/cloudservers/detail", "v1.1/{}/cloudservers/detail", "v2/{}/servers", "v2.1/{}/servers/detail",
    "v2.1/{}/flavors", "v1/{}/cloudservers/flavors", "v1/{}/availability-zones", "v1/{}/vpcs",
    "v2/{}/cloudvolumes/detail", "v2/cloudimages", "v3/projects", "v3/auth/catalog", "v3/auth/domains",
])
def test_a_slash_at_the_end_of_a_path_means_nothing(plane, signer, path):
    path = "/" + path.format(plane.project_id)
    bare, closed = signer.send("GET", path), signer.send("GET", path + "/")
    assert bare[0] == closed[0] == 200
    shapes = [{key: type(value) for key, value in body.items()} for _, body in (bare, closed)]
    assert shapes[0] == shapes[1]
    things = [[len(value) for value in body.values() if isinstance(value, list)] for _, body in (bare, closed)]
    assert things[0] == things[1]


def test_a_part_of_a_path_may_be_encoded(plane, signer, huawei):
    one = huawei.ids(1)[0]
    written = one.replace("-", "%2D")
    token = {"X-Auth-Token": plane.token}
    status, _, text = plane.plain("GET", f"/v1/{plane.project_id}/cloudservers/{written}", headers=token)
    assert (status, json.loads(text)["server"]["id"]) == (200, one)


def token_for(plane, scope, **user):
    asked = {"auth": {"identity": {"methods": ["password"], "password": {"user": {
        "name": plane.access_key, "password": plane.secret_key,
        "domain": {"name": "regiment"}, **user}}}}}
    if scope:
        asked["auth"]["scope"] = scope
    status, headers, text = plane.plain(
        "POST", "/v3/auth/tokens", json.dumps(asked), {"Content-Type": "application/json"})
    return status, headers.get("x-subject-token"), json.loads(text)


def test_a_token_is_of_a_project_or_of_the_account(plane):
    for scope in ({"project": {"id": plane.project_id}}, {"project": {"name": "cn-north-4"}}, None):
        status, token, body = token_for(plane, scope)
        assert (status, body["token"]["project"]["id"]) == (201, plane.project_id)
        for path in (detail(plane), f"/v2/{plane.project_id}/servers", f"/v1/{plane.project_id}/vpcs"):
            assert plane.plain("GET", path, headers={"X-Auth-Token": token})[0] == 200
    # Terraform takes one of these too, to find the projects of the account.
    status, token, body = token_for(plane, {"domain": {"name": "regiment"}})
    assert status == 201 and "project" not in body["token"] and body["token"]["domain"]["id"]
    status, _, text = plane.plain("GET", "/v3/auth/projects", headers={"X-Auth-Token": token})
    assert [one["id"] for one in json.loads(text)["projects"]] == [plane.project_id]
    assert token_for(plane, {"project": {"name": "eu-de"}})[0] == 401
    assert token_for(plane, None, password="wrong")[0] == 401


def test_the_compute_api_under_its_older_name(plane, huawei):
    """Clients older than microversions, as T-Systems' and Orange's documents have them."""
    compute = openstack.connect(
        auth_type="admin_token", auth={"endpoint": plane.endpoint, "token": plane.token},
        compute_endpoint_override=f"{plane.endpoint}/v2/{plane.project_id}",
        load_yaml_config=False, load_envvars=False).compute
    listed = list(compute.servers(limit=7))
    assert [one.id for one in listed] == huawei.ids()
    one = listed[0]
    status, headers, text = plane.plain(
        "GET", f"/v2/{plane.project_id}/servers/{one.id}", headers={
            "X-Auth-Token": plane.token, "X-OpenStack-Nova-API-Version": "2.60"})
    assert status == 200 and "openstack-api-version" not in headers
    assert set(json.loads(text)["server"]["flavor"]) == {"id", "links"}
    compute.stop_server(one.id)
    stopped = wait_for(lambda: compute.get_server(one.id), lambda seen: seen.status == "SHUTOFF", "its end")
    assert huawei.server(one.id).status == stopped.status
    compute.update_server(one.id, name="of-a-family")
    assert huawei.server(one.id).name == "of-a-family"
    compute.start_server(one.id)
    wait_for(lambda: compute.get_server(one.id), lambda seen: seen.status == "ACTIVE", "its start")


def test_addresses_are_found_as_sister_clouds_clients_build_them(plane, signer):
    """They take an endpoint of the catalog for one without a version and add their own."""
    status, body = signer.send("GET", "/v3/auth/catalog")
    assert status == 200
    urls = {one["type"]: one["endpoints"][0]["url"].removeprefix(plane.endpoint) for one in body["catalog"]}
    project = plane.project_id
    for path, key in [
        (f"{urls['network']}/v1/{project}/vpcs", "vpcs"), (f"{urls['network']}/v1/{project}/subnets", "subnets"),
        (f"{urls['network']}/v2.0/networks", "networks"), (f"{urls['network']}/v2.0/ports", "ports"),
        (f"{urls['image']}/v2/cloudimages", "images"), (f"{urls['compute']}/servers", "servers"),
        (f"{urls['ecs']}/cloudservers/detail", "servers"), (f"{urls['volumev2']}/cloudvolumes/detail", "volumes"),
    ]:
        status, body = signer.send("GET", path)
        assert status == 200 and body[key], path


def test_tags_are_where_older_documents_have_them(plane, signer, huawei):
    root, (one, other) = f"/v1/{plane.project_id}/servers", huawei.ids(2)
    tags = [{"key": "family", "value": "sister"}]
    status, _ = signer.send("POST", f"{root}/{one}/tags/action", body={"action": "create", "tags": tags})
    assert status == 204
    assert signer.send("GET", f"{root}/{one}/tags") == (200, {"tags": tags})
    assert {"key": "family", "values": ["sister"]} in signer.send("GET", f"{root}/tags")[1]["tags"]
    asked = {"action": "filter", "not_tags": [{"key": "family"}, {"key": "none"}]}
    status, found = signer.send("POST", f"{root}/resource_instances/action", body=asked)
    ids = {each["resource_id"] for each in found["resources"]}
    assert status == 200 and one not in ids and other in ids
    taken = {"action": "delete", "tags": [{"key": "family"}]}
    assert signer.send("POST", f"{root}/{one}/tags/action", body=taken)[0] == 204
    assert signer.send("GET", f"{root}/{one}/tags") == (200, {"tags": []})
