"""Images, by the image service's own SDK and by OpenStack's."""

import pytest
from huaweicloudsdkcore.auth.credentials import BasicCredentials
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkims import v2 as ims

from test_huawei_catalog import connect

UNKNOWN = "5e0f0000-0000-4000-8000-000000000000"


@pytest.fixture
def client(plane):
    credentials = BasicCredentials(plane.access_key, plane.secret_key, plane.project_id)
    return (ims.ImsClient.new_builder().with_credentials(credentials)
            .with_endpoint(plane.endpoint).build())


def found(client, **filters):
    return client.list_images(ims.ListImagesRequest(**filters)).images


def test_every_image_is_listed_once_page_by_page(client):
    every = found(client)
    assert len(every) > 5
    assert len({image.id for image in every}) == len(every)
    seen, marker = [], None
    while True:
        page = client.list_images(ims.ListImagesRequest(limit=5, marker=marker))
        assert len(page.images) <= 5
        seen += [image.id for image in page.images]
        if page.page_info is None:
            break
        marker = page.page_info.next_marker
    assert seen == [image.id for image in every]


@pytest.mark.parametrize("filters, fits", [
    ({"os_type": "Windows"}, lambda image: image.os_type == "Windows"),
    ({"os_type": "Linux"}, lambda image: image.os_type == "Linux"),
    ({"platform": "Ubuntu"}, lambda image: image.name.startswith("Ubuntu")),
    ({"name": "Ubuntu 22.04 server 64bit"}, lambda image: image.name == "Ubuntu 22.04 server 64bit"),
    ({"min_disk": 50}, lambda image: image.min_disk == 50),
    ({"imagetype": "gold", "visibility": "public", "status": "active", "isregistered": "true"},
     lambda image: True),
    ({"imagetype": "private"}, lambda image: False),
    ({"visibility": "private"}, lambda image: False),
    ({"flavor_id": "s3.small.1"}, lambda image: True),
    ({"architecture": "arm"}, lambda image: False),
    ({"created_at": "lt:2000-01-01T00:00:00Z"}, lambda image: False),
    ({"created_at": "gte:2000-01-01 00:00:00"}, lambda image: True),
])
def test_filters_let_through_what_fits_and_nothing_else(client, filters, fits):
    expected = {image.id for image in found(client) if fits(image)}
    assert {image.id for image in found(client, **filters)} == expected


def test_the_order_can_be_chosen(client):
    names = [image.name for image in found(client, sort_key="name", sort_dir="asc")]
    assert names == sorted(names)
    assert [image.name for image in found(client, sort_key="name")] == sorted(names, reverse=True)


def test_one_image_is_the_servers_own(client, huawei):
    server = huawei.server(huawei.ids()[0])
    image = client.glance_show_image(ims.GlanceShowImageRequest(image_id=server.image.id))
    assert (image.id, image.name) == (server.image.id, server.metadata["image_name"])
    listed = client.glance_list_images(ims.GlanceListImagesRequest(id=image.id)).images
    assert [one.id for one in listed] == [image.id]
    assert listed[0].os_version == image.os_version


def test_what_is_not_there_or_not_known_is_refused(client):
    with pytest.raises(ClientRequestException) as refused:
        client.glance_show_image(ims.GlanceShowImageRequest(image_id=UNKNOWN))
    assert (refused.value.status_code, refused.value.error_code) == (404, "IMG.0027")
    with pytest.raises(ClientRequestException) as refused:
        found(client, marker=UNKNOWN)
    assert (refused.value.status_code, refused.value.error_code) == (400, "IMG.0001")


def test_openstacks_client_pages_through_the_same_images(plane, client):
    cloud = connect(plane)
    session, place = cloud.session, {"service_type": "image", "region_name": "cn-north-4"}
    base = session.get_endpoint(skip_discovery=True, interface="public", **place)
    seen, path = [], "/v2/images?limit=4"
    while path:
        page = session.get(base.removesuffix("/v2") + path).json()
        seen += [image["id"] for image in page["images"]]
        path = page.get("next")
    assert seen == [image.id for image in found(client)]
    listed = {image.id: image.name for image in cloud.image.images()}
    assert listed == {image.id: image.name for image in found(client)}
    assert cloud.image.find_image("Ubuntu 22.04 server 64bit").min_disk == 40
