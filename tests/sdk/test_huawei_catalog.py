"""How clients find their way: from one address, a key and a region to the services and what they sell."""

import json

import openstack
import pytest
from openstack.exceptions import SDKException


def connect(plane, **overrides):
    """As people do it whose tools know nothing of this plane but where its IAM is."""
    given = {
        "auth_url": f"{plane.endpoint}/v3",
        "username": plane.access_key, "password": plane.secret_key,
        "project_id": plane.project_id,
        "user_domain_name": "regiment", "region_name": "cn-north-4",
    }
    return openstack.connect(load_yaml_config=False, load_envvars=False, **(given | overrides))


def ask(plane, path):
    status, _, text = plane.plain("GET", path, headers={"X-Auth-Token": plane.token})
    return status, json.loads(text)


def test_one_address_leads_to_every_service(plane):
    cloud = connect(plane)
    assert cloud.session.get_project_id() == plane.project_id
    project = plane.project_id
    for kind, path in [
        ("identity", "/v3"), ("compute", f"/v2.1/{project}"), ("ecs", f"/v1/{project}"),
        ("ecsv1.1", f"/v1.1/{project}"), ("vpc", f"/v1/{project}"), ("network", "/v2.0"),
        ("volumev2", f"/v2/{project}"), ("volumev3", f"/v3/{project}"), ("image", "/v2"),
    ]:
        found = cloud.session.get_endpoint(
            service_type=kind, interface="public", region_name="cn-north-4", skip_discovery=True)
        assert found == plane.endpoint + path, kind


def test_the_catalog_leads_to_the_address_that_was_asked(plane):
    """A plane behind another name tells that name."""
    headers = {"X-Auth-Token": plane.token, "Host": "cloud.example:8443"}
    status, _, text = plane.plain("GET", "/v3/auth/catalog", headers=headers)
    assert status == 200
    for service in json.loads(text)["catalog"]:
        assert service["endpoints"][0]["url"].startswith("http://cloud.example:8443/"), service


def test_a_session_lists_servers_by_what_the_catalog_says(plane):
    answer = connect(plane).session.get(
        "/cloudservers/detail?limit=2",
        endpoint_filter={"service_type": "ecs", "interface": "public", "region_name": "cn-north-4"})
    assert answer.status_code == 200
    assert answer.json()["count"] == 20
    assert len(answer.json()["servers"]) == 2


def test_the_projects_regions_and_account_of_the_caller(plane):
    cloud = connect(plane)
    assert [project.id for project in cloud.identity.projects()] == [plane.project_id]
    assert cloud.identity.get_project(plane.project_id).name == "cn-north-4"
    assert [region.id for region in cloud.identity.regions()] == ["cn-north-4"]
    status, own = ask(plane, "/v3/auth/projects")
    assert (status, [project["id"] for project in own["projects"]]) == (200, [plane.project_id])
    status, accounts = ask(plane, "/v3/auth/domains")
    assert status == 200
    assert accounts["domains"][0]["id"] == own["projects"][0]["domain_id"]


def test_a_wrong_password_opens_nothing(plane):
    with pytest.raises(SDKException, match="401"):
        connect(plane, password="wrong").authorize()
    status, _, _ = plane.plain("GET", "/v3/auth/catalog")
    assert status == 401


def test_a_project_may_be_named(plane):
    cloud = connect(plane, project_id=None, project_name="cn-north-4", project_domain_name="regiment")
    assert cloud.session.get_project_id() == plane.project_id
