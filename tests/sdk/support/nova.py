"""OpenStack's own SDK on a plane, given its token and its endpoint: nothing is looked up in a catalog."""

import openstack

from support.plane import wait_for


def connect(plane, version="2.60"):
    connection = openstack.connect(
        auth_type="admin_token",
        auth={"endpoint": plane.endpoint, "token": plane.token},
        compute_endpoint_override=f"{plane.endpoint}/v2.1/{plane.project_id}",
        compute_default_microversion=version,
        load_yaml_config=False, load_envvars=False,
    )
    return connection.compute


def is_now(compute, server, status):
    return wait_for(lambda: compute.get_server(server), lambda seen: seen.status == status,
                    f"{server.name} to be {status}")
