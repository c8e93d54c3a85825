"""A server's interfaces: added, deleted, moved to another network, and changed one by one."""

import ipaddress

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs.v2 import (
    AssociateServerVirtualIpOption, AssociateServerVirtualIpRequest,
    AssociateServerVirtualIpRequestBody, BatchAddServerNicOption, BatchAddServerNicsRequest,
    BatchAddServerNicsRequestBody, BatchDeleteServerNicOption, BatchDeleteServerNicsRequest,
    BatchDeleteServerNicsRequestBody, ChangeServerNetworkInterfaceRequest,
    ChangeServerNetworkInterfaceRequestBody, ChangeVpcNicBody, ChangeVpcRequest,
    ChangeVpcRequestBody, DisassociateServerVirtualIpOption, DisassociateServerVirtualIpRequest,
    DisassociateServerVirtualIpRequestBody, InterfaceAttachment, ListServerInterfacesRequest,
    ShowServerAttachableNicNumRequest, UpdateNicInfoRequestBody, UpdateServerInterfaceRequest,
)

from support import vpc

UNKNOWN = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def networks(plane):
    return vpc.networks(plane)


def refusal(call):
    with pytest.raises(ClientRequestException) as raised:
        call()
    return raised.value.status_code, raised.value.error_code


def interfaces(huawei, server):
    return huawei.client.list_server_interfaces(ListServerInterfacesRequest(server_id=server))


def addresses(huawei, server):
    """What the server itself shows: network, then addresses, the first one first."""
    ((network, shown),) = huawei.server(server).addresses.items()
    return network, [one.addr for one in shown]


def add(huawei, server, *nics):
    body = BatchAddServerNicsRequestBody(nics=[BatchAddServerNicOption(**nic) for nic in nics])
    request = BatchAddServerNicsRequest(server_id=server, body=body)
    return huawei.client.batch_add_server_nics(request).job_id


def delete(huawei, server, *ports):
    nics = [BatchDeleteServerNicOption(id=port) for port in ports]
    body = BatchDeleteServerNicsRequestBody(nics=nics)
    request = BatchDeleteServerNicsRequest(server_id=server, body=body)
    return huawei.client.batch_delete_server_nics(request).job_id


def test_interfaces_come_and_go(huawei):
    server = huawei.ids()[0]
    before = interfaces(huawei, server)
    (first,) = before.interface_attachments
    assert before.attachable_quantity.free_nic == 11
    assert first.port_state == "ACTIVE"

    job = huawei.succeeded(add(
        huawei, server, {"subnet_id": first.net_id},
        {"subnet_id": first.net_id, "ip_address": "192.168.9.9"}))
    assert job.job_type == "addNic"
    assert [one.entities.server_id for one in job.entities.sub_jobs] == [server]
    after = interfaces(huawei, server)
    assert after.attachable_quantity.free_nic == 9
    ports = [one.port_id for one in after.interface_attachments]
    assert ports[0] == first.port_id and len(set(ports)) == 3
    shown = [one.fixed_ips[0].ip_address for one in after.interface_attachments]
    assert shown[0] == first.fixed_ips[0].ip_address and shown[2] == "192.168.9.9"
    assert ipaddress.ip_address(shown[1]) in ipaddress.ip_network("192.168.0.0/16")
    assert addresses(huawei, server)[1] == shown
    everybody = [address for one in huawei.ids() for address in addresses(huawei, one)[1]]
    assert len(everybody) == len(set(everybody)), "an address is given once"

    assert refusal(lambda: delete(huawei, server, ports[0]))[0] == 403
    assert refusal(lambda: delete(huawei, server, UNKNOWN)) == (400, "Ecs.0085")
    huawei.succeeded(delete(huawei, server, ports[1], ports[2]))
    assert addresses(huawei, server)[1] == shown[:1]
    assert interfaces(huawei, server).attachable_quantity.free_nic == 11


def test_what_is_taken_is_refused(huawei):
    one, other = huawei.ids()[1:3]
    (mine,) = interfaces(huawei, one).interface_attachments
    (theirs,) = interfaces(huawei, other).interface_attachments
    taken = theirs.fixed_ips[0].ip_address
    nic = {"subnet_id": mine.net_id}
    assert refusal(lambda: add(huawei, one, {**nic, "ip_address": taken})) == (400, "Ecs.0010")
    assert refusal(lambda: add(huawei, one, {**nic, "ip_address": "10.9.9.9"})) == (400, "Ecs.0039")
    assert refusal(lambda: add(huawei, one, {"port_id": theirs.port_id})) == (400, "Ecs.0919")
    assert refusal(lambda: add(huawei, one, *[nic] * 12)) == (400, "Ecs.0050")
    assert refusal(lambda: add(huawei, UNKNOWN, nic)) == (404, "Ecs.0114")
    assert len(interfaces(huawei, one).interface_attachments) == 1


def test_a_server_moves_to_another_network(huawei, networks):
    server = huawei.ids()[3]
    home, other = networks
    assert addresses(huawei, server)[0] == home.vpc
    body = ChangeVpcRequestBody(
        vpc_id=other.vpc, nic=ChangeVpcNicBody(subnet_id=other.subnet, security_groups=[]))
    move = ChangeVpcRequest(server_id=server, body=body)
    huawei.succeeded(huawei.client.change_vpc(move).job_id)
    network, (address,) = addresses(huawei, server)
    assert network == other.vpc
    assert ipaddress.ip_address(address) in ipaddress.ip_network(other.cidr)
    (nic,) = interfaces(huawei, server).interface_attachments
    assert (nic.net_id, nic.fixed_ips[0].ip_address) == (other.subnet, address)
    # It is in the other network now, where the subnets of the first are none of its own.
    assert refusal(lambda: add(huawei, server, {"subnet_id": home.subnet})) == (400, "Ecs.0064")


def test_an_interface_is_changed(huawei):
    server, neighbour = huawei.ids()[4:6]
    (nic,) = interfaces(huawei, server).interface_attachments
    (other,) = interfaces(huawei, neighbour).interface_attachments

    def change(**wanted):
        body = ChangeServerNetworkInterfaceRequestBody(**wanted)
        return huawei.client.change_server_network_interface(ChangeServerNetworkInterfaceRequest(
            server_id=server, port_id=nic.port_id, body=body))

    changed = change(subnet_id=nic.net_id, ip_address="192.168.77.7")
    assert (changed.id, changed.ip_address, changed.subnet_id) == (
        nic.port_id, "192.168.77.7", nic.net_id)
    assert addresses(huawei, server)[1] == ["192.168.77.7"]
    taken = other.fixed_ips[0].ip_address
    assert refusal(lambda: change(ip_address=taken)) == (400, "Ecs.0010")

    attachment = InterfaceAttachment(delete_on_termination=True)
    huawei.client.update_server_interface(UpdateServerInterfaceRequest(
        server_id=server, port_id=nic.port_id,
        body=UpdateNicInfoRequestBody(interface_attachment=attachment)))
    shown = huawei.client.show_server_attachable_nic_num(
        ShowServerAttachableNicNumRequest(server_id=server))
    assert shown.attachable_quantity.free_nic == 11
    (shown,) = shown.interface_attachments
    assert (shown.port_id, shown.delete_on_termination) == (nic.port_id, True)


def test_an_address_is_shared_and_given_up(huawei):
    server, neighbour, third = huawei.ids()[6:9]
    ports = [interfaces(huawei, one).interface_attachments[0] for one in (server, neighbour)]
    subnet, shared = ports[0].net_id, "192.168.88.8"
    for port in ports:
        option = AssociateServerVirtualIpOption(
            subnet_id=subnet, ip_address=shared, reverse_binding=True)
        answer = huawei.client.associate_server_virtual_ip(AssociateServerVirtualIpRequest(
            nic_id=port.port_id, body=AssociateServerVirtualIpRequestBody(nic=option)))
        assert answer.port_id == port.port_id
    wanted = {"subnet_id": subnet, "ip_address": shared}
    assert refusal(lambda: add(huawei, third, wanted)) == (400, "Ecs.0010")
    for port in ports:
        option = DisassociateServerVirtualIpOption(
            subnet_id="", ip_address="", reverse_binding=False)
        huawei.client.disassociate_server_virtual_ip(DisassociateServerVirtualIpRequest(
            nic_id=port.port_id, body=DisassociateServerVirtualIpRequestBody(nic=option)))
    huawei.succeeded(add(huawei, third, wanted))
    assert addresses(huawei, third)[1][1] == shared
