"""Networks, subnets, ports and security groups, with the SDK of the VPC service and OpenStack's."""

import ipaddress

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkvpc.v2 import (
    ListPortsRequest, ListSecurityGroupsRequest, ListSubnetsRequest, ListVpcsRequest,
    NeutronListNetworksRequest, NeutronListSubnetsRequest, ShowPortRequest,
    ShowSecurityGroupRequest, ShowSubnetRequest, ShowVpcRequest,
)
from huaweicloudsdkvpc import v3

from support import vpc

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def test_servers_are_in_the_networks_that_are_shown(huawei, plane):
    asked = vpc.client(plane)
    networks = {one.id: one for one in asked.list_vpcs(ListVpcsRequest()).vpcs}
    assert len(networks) == 2 and {one.status for one in networks.values()} == {"OK"}
    subnets = {one.id: one for one in asked.list_subnets(ListSubnetsRequest()).subnets}
    ports = asked.list_ports(ListPortsRequest()).ports
    assert {port.device_id for port in ports} == set(huawei.ids())
    for port in ports:
        subnet = subnets[port.network_id]
        (fixed,) = port.fixed_ips
        assert fixed.subnet_id == subnet.neutron_subnet_id
        assert ipaddress.ip_address(fixed.ip_address) in ipaddress.ip_network(subnet.cidr)
        assert subnet.vpc_id in networks
    groups = {one.id for one in asked.list_security_groups(ListSecurityGroupsRequest()).security_groups}
    assert {group for port in ports for group in port.security_groups} <= groups


def test_one_of_each_is_shown(huawei, plane):
    asked = vpc.client(plane)
    home, other = vpc.networks(plane)
    assert asked.show_vpc(ShowVpcRequest(vpc_id=home.vpc)).vpc.name == "vpc-default"
    subnet = asked.show_subnet(ShowSubnetRequest(subnet_id=home.subnet)).subnet
    assert (subnet.vpc_id, subnet.cidr) == (home.vpc, home.cidr)
    server = huawei.ids()[0]
    (port,) = asked.list_ports(ListPortsRequest(device_id=server)).ports
    shown = asked.show_port(ShowPortRequest(port_id=port.id)).port
    assert shown.device_id == server
    group = asked.show_security_group(ShowSecurityGroupRequest(
        security_group_id=port.security_groups[0])).security_group
    assert group.name == "default" and group.security_group_rules
    networks = asked.neutron_list_networks(NeutronListNetworksRequest()).networks
    assert {one.id for one in networks} == {home.subnet, other.subnet}
    subnets = asked.neutron_list_subnets(NeutronListSubnetsRequest(network_id=home.subnet)).subnets
    assert [one.id for one in subnets] == [subnet.neutron_subnet_id]
    with pytest.raises(ClientRequestException) as raised:
        asked.show_vpc(ShowVpcRequest(vpc_id=UNKNOWN))
    assert raised.value.status_code == 404


def test_the_present_version_shows_the_same(plane):
    asked = vpc.client(plane, v3.VpcClient)
    home, other = vpc.networks(plane)
    first = asked.list_vpcs(v3.ListVpcsRequest(limit=1))
    assert first.page_info.current_count == 1
    then = asked.list_vpcs(v3.ListVpcsRequest(marker=first.page_info.next_marker))
    assert {first.vpcs[0].id, then.vpcs[0].id} == {home.vpc, other.vpc}
    assert asked.show_vpc(v3.ShowVpcRequest(vpc_id=home.vpc)).vpc.name == "vpc-default"
    groups = asked.list_security_groups(v3.ListSecurityGroupsRequest()).security_groups
    shown = asked.show_security_group(v3.ShowSecurityGroupRequest(
        security_group_id=groups[0].id)).security_group
    assert len(shown.security_group_rules) == 5
