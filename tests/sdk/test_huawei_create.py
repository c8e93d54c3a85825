"""What a creation may say beyond a name, a flavor and an image."""

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs.v2 import (
    CreatePostPaidServersRequest, CreatePostPaidServersRequestBody,
    CreateServerNicAllowedAddressPairs, PostPaidServer, PostPaidServerDataVolume, PostPaidServerNic,
    PostPaidServerRootVolume,
)
from huaweicloudsdkvpc.v2 import ListPortsRequest

from support import vpc


@pytest.fixture
def ports(plane):
    """The ports of a server, as the VPC service lists them."""
    client = vpc.client(plane)
    return lambda server: client.list_ports(ListPortsRequest(device_id=server)).ports


def create(huawei, nic, count=1, **more):
    server = PostPaidServer(
        name="made", flavor_ref="s6.small.1", image_ref=image(huawei), count=count,
        vpcid=network(huawei).vpc, nics=[nic],
        root_volume=PostPaidServerRootVolume(volumetype="SSD"), **more)
    body = CreatePostPaidServersRequestBody(server=server)
    made = huawei.client.create_post_paid_servers(CreatePostPaidServersRequest(body=body))
    huawei.succeeded(made.job_id)
    return made.server_ids


def image(huawei):
    return huawei.server(huawei.ids(1)[0]).image.id


def network(huawei):
    return vpc.networks(huawei.plane)[0]


def nic(huawei, **more):
    return PostPaidServerNic(subnet_id=network(huawei).subnet, **more)


def refusal(call):
    with pytest.raises(ClientRequestException) as raised:
        call()
    return raised.value.status_code, raised.value.error_code


def test_allowed_addresses_are_the_ports_from_the_beginning(huawei, ports):
    shared = "192.168.77.7"
    pairs = [CreateServerNicAllowedAddressPairs(ip_address=shared)]
    for server in create(huawei, nic(huawei, allowed_address_pairs=pairs), count=2):
        (port,) = ports(server)
        assert [pair.ip_address for pair in port.allowed_address_pairs] == [shared]


def test_a_port_belongs_to_one_server(huawei, ports):
    first = huawei.ids(1)[0]
    (port,) = ports(first)
    taken = PostPaidServerNic(port_id=port.id)
    assert refusal(lambda: create(huawei, taken)) == (400, "Ecs.0919")


def test_servers_of_no_zone_are_spread_over_all_if_wanted(huawei):
    def zones(**more):
        made = create(huawei, nic(huawei), count=4, **more)
        return {huawei.server(server).os_ext_a_zavailability_zone for server in made}

    assert len(zones()) == 1
    assert len(zones(batch_create_in_multi_az=True)) > 1


def test_what_is_on_a_data_disk_must_be_there(huawei):
    def with_disk(**disk):
        volume = PostPaidServerDataVolume(volumetype="SAS", **disk)
        return create(huawei, nic(huawei), data_volumes=[volume])

    assert with_disk(size=100, data_image_id=image(huawei))
    unknown = "99999999-d48b-46ad-a823-94b942e2a000"
    assert refusal(lambda: with_disk(size=100, data_image_id=unknown)) == (400, "Ecs.0031")
    assert refusal(lambda: with_disk(size=10, data_image_id=image(huawei))) == (400, "Ecs.0005")
