"""Key pairs, by OpenStack's SDK and by the vendor's: the private half is told once and opens what the public one locks."""

import base64
import hashlib

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import (
    Encoding, PublicFormat, load_pem_private_key, load_ssh_public_key)
from cryptography.x509.oid import ExtendedKeyUsageOID
from huaweicloudsdkecs import v2 as ecs
from openstack import exceptions

from support.nova import connect

PUBLIC = ("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAp6ynlouiiwPnEY2NNW8PZWUO5X2l6YhnHNT4GnSSoz probe")
FINGERPRINT = "f1:e1:79:1c:1c:dd:b6:cf:d1:4b:a7:4c:3d:69:1e:31"


@pytest.fixture
def compute(plane):
    return connect(plane)


def names(compute):
    return [pair.name for pair in compute.keypairs()]


def half_of(key):
    """A public key as it is compared: its type and its numbers."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def test_a_pair_is_made_and_told_once(compute):
    made = compute.create_keypair(name="made")
    kind, blob, comment = made.public_key.split()
    digest = hashlib.md5(base64.b64decode(blob)).hexdigest()
    assert (kind, comment, made.type) == ("ssh-rsa", "Generated-by-Nova", "ssh")
    assert made.fingerprint == ":".join(digest[at:at + 2] for at in range(0, 32, 2))
    assert made.private_key.startswith("-----BEGIN RSA PRIVATE KEY-----\n")
    private = load_pem_private_key(made.private_key.encode(), password=None)
    assert half_of(private.public_key()) == half_of(load_ssh_public_key(made.public_key.encode()))
    assert private.key_size == 2048

    shown = compute.get_keypair("made")
    assert (shown.fingerprint, shown.public_key) == (made.fingerprint, made.public_key)
    assert shown.private_key is None and shown.is_deleted is False
    assert compute.find_keypair("made").name == "made"
    assert compute.create_keypair(name="another").fingerprint != made.fingerprint
    with pytest.raises(exceptions.ConflictException):
        compute.create_keypair(name="made")
    for name in ("made", "another"):
        compute.delete_keypair(name, ignore_missing=False)
    assert names(compute) == []
    assert compute.find_keypair("made") is None
    with pytest.raises(exceptions.NotFoundException):
        compute.delete_keypair("made", ignore_missing=False)


def test_a_certificate_is_made_for_windows(compute):
    made = compute.create_keypair(name="windows", type="x509")
    certificate = x509.load_pem_x509_certificate(made.public_key.encode())
    private = load_pem_private_key(made.private_key.encode(), password=None)
    assert certificate.fingerprint(SHA1()).hex(":") == made.fingerprint
    assert half_of(certificate.public_key()) == half_of(private.public_key())
    uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert ExtendedKeyUsageOID.CLIENT_AUTH in uses
    assert compute.get_keypair("windows").type == "x509"
    compute.delete_keypair("windows")


def test_a_server_has_the_pair_it_was_given(compute, huawei):
    compute.create_keypair(name="probe", public_key=PUBLIC)
    assert compute.get_keypair("probe").fingerprint == FINGERPRINT
    model = next(compute.servers())
    order = {"image_id": model.image.id, "flavor_id": model.flavor.original_name, "networks": "auto"}
    with pytest.raises(exceptions.BadRequestException) as refused:
        compute.create_server(name="keyed", key_name="other", **order)
    assert "Invalid key_name provided." in str(refused.value)
    server = compute.wait_for_server(compute.create_server(name="keyed", key_name="probe", **order))
    assert server.key_name == huawei.server(server.id).key_name == "probe"
    assert [one.id for one in compute.servers(key_name="probe")] == [server.id]
    compute.delete_keypair("probe")
    compute.delete_server(server)
    compute.wait_for_delete(server)


def test_the_vendor_s_sdk_makes_and_brings_pairs(huawei):
    client = huawei.client
    create = ecs.NovaCreateKeypairRequest(
        open_stack_api_version="compute 2.60",
        body=ecs.NovaCreateKeypairRequestBody(keypair=ecs.NovaCreateKeypairOption(name="made")))
    made = client.nova_create_keypair(create).keypair
    assert made.private_key and made.type == "ssh"
    bring = ecs.NovaCreateKeypairOption(name="brought", public_key=PUBLIC, type="ssh")
    brought = client.nova_create_keypair(ecs.NovaCreateKeypairRequest(
        body=ecs.NovaCreateKeypairRequestBody(keypair=bring))).keypair
    assert (brought.fingerprint, brought.private_key) == (FINGERPRINT, None)
    listed = client.nova_list_keypairs(ecs.NovaListKeypairsRequest()).keypairs
    assert [one.keypair.name for one in listed] == ["brought", "made"]
    page = client.nova_list_keypairs(ecs.NovaListKeypairsRequest(limit=1, marker="brought")).keypairs
    assert [one.keypair.name for one in page] == ["made"]
    shown = client.nova_show_keypair(ecs.NovaShowKeypairRequest(keypair_name="made")).keypair
    assert (shown.fingerprint, shown.user_id) == (made.fingerprint, made.user_id)
    for name in ("made", "brought"):
        client.nova_delete_keypair(ecs.NovaDeleteKeypairRequest(keypair_name=name))
    assert client.nova_list_keypairs(ecs.NovaListKeypairsRequest()).keypairs == []
