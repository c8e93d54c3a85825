"""The Huawei VPC SDK, unpatched, at one plane."""

from dataclasses import dataclass

from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkvpc.v2 import ListSubnetsRequest, ListVpcsRequest, VpcClient


def client(plane, kind=VpcClient):
    credentials = BasicCredentials(plane.access_key, plane.secret_key, plane.project_id)
    return kind.new_builder().with_credentials(credentials).with_endpoint(plane.endpoint).build()


@dataclass
class Network:
    """A VPC and its one subnet."""

    vpc: str
    subnet: str
    cidr: str


def networks(plane):
    """The network of the first fleet, then the other."""
    asked = client(plane)
    subnets = {one.vpc_id: one for one in asked.list_subnets(ListSubnetsRequest()).subnets}
    vpcs = sorted(asked.list_vpcs(ListVpcsRequest()).vpcs, key=lambda vpc: vpc.name)
    return [Network(vpc.id, subnets[vpc.id].id, subnets[vpc.id].cidr) for vpc in vpcs]
