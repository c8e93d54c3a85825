"""Launch templates: made, listed with their versions, deleted."""

import pytest
from huaweicloudsdkcore.exceptions.exceptions import ClientRequestException
from huaweicloudsdkecs.v2 import (
    CreateLaunchTemplateRequest, CreateLaunchTemplateRequestBody, DeleteLaunchTemplatesRequest,
    LaunchTemplateOption, ListLaunchTemplateVersionsRequest, ListTemplatesRequest,
    TemplateBandwidthOption, TemplateBlockDeviceMappingAttachmentOption,
    TemplateBlockDeviceMappingOption, TemplateData, TemplateInternetAccessOption,
    TemplateMarketOptions, TemplateNetworkInterfaceAttachmentOption,
    TemplateNetworkInterfaceOption, TemplateOsProfile, TemplatePublicIpOption, TemplateSpotOptions,
    TemplateTag, TemplateTagOptions,
)

IMAGE = "1189efbf-d48b-46ad-a823-94b942e2a000"


def make(huawei, name, data=None, dry_run=None, **more):
    template = LaunchTemplateOption(name=name, template_data=data, **more)
    body = CreateLaunchTemplateRequestBody(launch_template=template, dry_run=dry_run)
    request = CreateLaunchTemplateRequest(body=body)
    return huawei.client.create_launch_template(request).launch_template_id


def templates(huawei, **filters):
    return huawei.client.list_templates(ListTemplatesRequest(**filters))


def versions(huawei, **filters):
    request = ListLaunchTemplateVersionsRequest(**filters)
    return huawei.client.list_launch_template_versions(request)


def delete(huawei, template):
    request = DeleteLaunchTemplatesRequest(launch_template_id=template)
    huawei.client.delete_launch_templates(request)


def refusal(call):
    with pytest.raises(ClientRequestException) as raised:
        call()
    return raised.value.status_code, raised.value.error_code


@pytest.fixture
def made(huawei):
    """Makes templates that go away with the test."""
    ids = []

    def one(*args, **kwargs):
        ids.append(make(huawei, *args, **kwargs))
        return ids[-1]

    yield one
    left = {template.id for template in templates(huawei).launch_templates}
    for template in left.intersection(ids):
        delete(huawei, template)


def whole():
    """Wishes in every field that there is."""
    return TemplateData(
        flavor_id="s6.small.1", name="web", description="one of many",
        availability_zone_id="zone-a", enterprise_project_id="0", auto_recovery=True,
        os_profile=TemplateOsProfile(
            key_name="key", user_data="IyEvYmluL3No", iam_agency_name="agency",
            enable_monitoring_service=True),
        security_group_ids=["f0ac4394-7e4a-4409-9701-ba8be283dbc3"],
        network_interfaces=[TemplateNetworkInterfaceOption(
            virsubnet_id="157ee789-03ea-45b1-a698-76c92660dd83",
            attachment=TemplateNetworkInterfaceAttachmentOption(device_index=0))],
        block_device_mappings=[TemplateBlockDeviceMappingOption(
            source_id=IMAGE, source_type="image", encrypted=True, cmk_id="a-key",
            volume_type="SSD", volume_size=40,
            attachment=TemplateBlockDeviceMappingAttachmentOption(
                boot_index=0, delete_on_termination=True))],
        market_options=TemplateMarketOptions(
            market_type="spot", spot_options=TemplateSpotOptions(
                spot_price=3.5, block_duration_minutes=60,
                instance_interruption_behavior="immediate")),
        internet_access=TemplateInternetAccessOption(publicip=TemplatePublicIpOption(
            publicip_type="5_bgp", charging_mode="postPaid", delete_on_termination=True,
            bandwidth=TemplateBandwidthOption(
                share_type="PER", size=5, charge_mode="traffic", id="b"))),
        metadata={"stage": "test"},
        tag_options=[TemplateTagOptions(tags=[TemplateTag(key="team", value="a")])],
    )


def test_every_wish_is_given_back(huawei, made):
    template = made("whole", whole(), description="for the shop", version_description="first")
    (shown,) = templates(huawei).launch_templates
    assert (shown.id, shown.name, shown.description) == (template, "whole", "for the shop")
    assert (shown.default_version, shown.latest_version) == (1, 1)
    assert shown.created_at == shown.updated_at
    (version,) = versions(huawei, launch_template_id=template).launch_template_versions
    assert version.launch_template_id == template
    assert (version.version_number, version.version_description) == (1, "first")
    assert version.template_data == whole()


def test_a_deleted_template_is_gone_with_its_versions(huawei, made):
    template = made("short-lived")
    assert versions(huawei).launch_template_versions[0].template_data is None
    delete(huawei, template)
    assert huawei.raw.status == 204
    assert templates(huawei).launch_templates == []
    assert versions(huawei).launch_template_versions == []
    assert refusal(lambda: delete(huawei, template)) == (404, "Ecs.0000")
    assert refusal(lambda: delete(huawei, "no-id")) == (400, "Ecs.0005")


def test_a_check_makes_nothing(huawei):
    assert make(huawei, "checked", dry_run=True) is None
    assert templates(huawei).launch_templates == []


def test_lists_are_filtered_and_paged(huawei, made):
    small, large = TemplateData(flavor_id="s6.small.1"), TemplateData(flavor_id="s6.large.2")
    booted = TemplateData(block_device_mappings=[
        TemplateBlockDeviceMappingOption(source_type="image", source_id=IMAGE)])
    ids = {name: made(name, data)
           for name, data in [("a", small), ("b", large), ("c", small), ("d", booted)]}

    def named(**filters):
        return {template.name for template in templates(huawei, **filters).launch_templates}

    assert named(name=["a", "d", "nobody"]) == {"a", "d"}
    assert named(launch_template_id=[ids["b"], ids["c"]]) == {"b", "c"}

    def found(**filters):
        return {version.launch_template_id
                for version in versions(huawei, **filters).launch_template_versions}

    assert found(flavor_id="s6.small.1") == {ids["a"], ids["c"]}
    assert found(image_id=IMAGE) == {ids["d"]}
    assert found(version=[1, 7]) == set(ids.values())
    assert found(version=[7]) == set()
    assert found(launch_template_id=ids["a"], flavor_id="s6.large.2") == set()

    seen, marker = [], None
    while True:
        page = versions(huawei, limit=3, marker=marker)
        seen += [version.launch_template_id for version in page.launch_template_versions]
        marker = page.page_info.next_marker
        if marker is None:
            break
        assert len(page.launch_template_versions) == 3
    assert sorted(seen) == sorted(ids.values())


def test_a_name_is_there_once_and_there_are_thirty_at_most(huawei, made):
    for number in range(30):
        made(f"web-{number}")
    assert refusal(lambda: make(huawei, "web-0")) == (400, "Ecs.0005")
    assert refusal(lambda: make(huawei, "one-more")) == (400, "Ecs.0001")
    assert len(templates(huawei).launch_templates) == 30


def test_what_cannot_be_a_wish_is_refused(huawei):
    def tags(count):
        return [TemplateTag(key=f"k{number}", value="") for number in range(count)]

    for data, code in [
        (TemplateData(market_options=TemplateMarketOptions(market_type="prepaid")), "Ecs.0005"),
        (TemplateData(tag_options=[TemplateTagOptions(tags=tags(21))]), "Ecs.0905"),
        (TemplateData(tag_options=[TemplateTagOptions(tags=[TemplateTag(key="", value="")])]),
         "Ecs.0906"),
        (TemplateData(tag_options=[TemplateTagOptions(tags=[TemplateTag(key="a=b", value="")])]),
         "Ecs.0907"),
    ]:
        assert refusal(lambda data=data: make(huawei, "unfit", data)) == (400, code)
    assert templates(huawei).launch_templates == []
