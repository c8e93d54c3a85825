"""Images that an account makes: ordered in one API, seen through the others."""

import pytest
from huaweicloudsdkims.v2 import ImsClient, ListImagesRequest

from support import vpc
from support.plane import wait_for
from support.tencent_v3 import TencentV3, refusal

SERVE = ("--pace", "quick", "--fleet", "6", "--seed", "23")
UNKNOWN = "img-zzzzzzzz"
PRIVATE = [{"Name": "image-type", "Values": ["PRIVATE_IMAGE"]}]


@pytest.fixture
def cloud(plane):
    return TencentV3(plane)


@pytest.fixture
def ims(plane):
    return vpc.client(plane, ImsClient)


def own(cloud, **members):
    return {one.ImageId: one for one in cloud.call("DescribeImages", Filters=PRIVATE, **members).ImageSet}


def in_state(cloud, image, state):
    return wait_for(lambda: own(cloud).get(image), lambda seen: seen and seen.ImageState == state,
                    f"{image} to be {state}")


def rests(cloud, one):
    wait_for(lambda: cloud.instance(one), lambda seen: seen.LatestOperationState != "OPERATING",
             f"rest of {one}")
    return cloud.instance(one)


def stopped(cloud, one):
    if rests(cloud, one).InstanceState == "RUNNING":
        cloud.call("StopInstances", InstanceIds=[one])
    cloud.reaches(one, "STOPPED")
    return one


def made(cloud, one, name):
    image = cloud.call("CreateImage", InstanceId=one, ImageName=name).ImageId
    in_state(cloud, image, "NORMAL")
    rests(cloud, one)
    return image


def test_the_life_of_an_image(cloud, tencent, ims):
    one, other = [instance.InstanceId for instance in cloud.instances()][:2]
    stopped(cloud, one)
    call = cloud.call("CreateImage", InstanceId=one, ImageName="golden", ImageDescription="web")
    image = call.ImageId
    assert own(cloud)[image].ImageState in ("CREATING", "NORMAL")
    assert cloud.done(one, call.RequestId).LatestOperation == "CreateImage"
    shown = in_state(cloud, image, "NORMAL")
    assert (shown.ImageName, shown.ImageDescription, shown.ImageSource) == ("golden", "web", "CREATE_IMAGE")

    # The same image in the older version, and in the other cloud.
    (item,) = tencent.good("DescribeImages", imageIds=[image])["imageSet"]
    assert (item["imageName"], item["imageType"], item["status"]) == ("golden", 1, 2)
    request = ListImagesRequest(imagetype="private", name="golden")
    assert [seen.name for seen in ims.list_images(request).images] == ["golden"]

    # Instances are made and made anew of it.
    cloud.call("ResetInstance", InstanceId=other, ImageId=image)
    assert rests(cloud, other).ImageId == image
    (new,) = cloud.call("RunInstances", ImageId=image, Placement={"Zone": "ap-guangzhou-1"},
                        InstanceType="S6.SMALL1").InstanceIdSet
    cloud.reaches(new, "RUNNING")
    assert tencent.instance(new)["unImgId"] == image

    cloud.call("ModifyImageAttribute", ImageId=image, ImageName="renamed")
    assert own(cloud)[image].ImageName == "renamed"
    rests(cloud, new)
    cloud.call("DeleteImages", ImageIds=[image])
    wait_for(lambda: own(cloud), lambda seen: image not in seen, f"{image} to go")
    assert cloud.instance(new).ImageId == image
    code, _ = refusal(lambda: cloud.call("ResetInstance", InstanceId=new, ImageId=image))
    assert code == "InvalidImageId.NotFound"


def test_each_image_is_deleted_or_not(cloud, tencent):
    one = stopped(cloud, cloud.instances()[2].InstanceId)
    task = tencent.good("CreateImage", instanceId=one, imageName="first")["requestId"]
    assert isinstance(task, int)
    (first,) = [item["unImgId"] for item in tencent.good("DescribeImages", imageType=1)["imageSet"]
                if item["imageName"] == "first"]
    in_state(cloud, first, "NORMAL")
    rests(cloud, one)
    second = made(cloud, one, "second")
    account = own(cloud)[first].ImageCreator
    assert tencent.call("ShareImage", imageId=second, uinList=[account])["code"] == 4000
    assert tencent.call("ShareImage", imageId=second, uinList=["7"])["code"] == 5000

    answer = tencent.call("DeleteImages", imageIds=[first, UNKNOWN])
    assert answer["code"] == 5400
    assert answer["detail"][first]["code"] == 0 and answer["detail"][first]["requestId"].isdigit()
    assert answer["detail"][UNKNOWN]["code"] == 5000 and "requestId" not in answer["detail"][UNKNOWN]
    wait_for(lambda: own(cloud), lambda seen: first not in seen, f"{first} to go")
    assert tencent.call("DeleteImages", imageIds=[first, UNKNOWN])["code"] == 5100
    tencent.good("ModifyImageAttributes", imageId=second, imageName="other")
    assert own(cloud)[second].ImageName == "other"
    assert tencent.good("DeleteImages", imageIds=[second])["detail"][second]["code"] == 0
    wait_for(lambda: own(cloud), lambda seen: second not in seen, f"{second} to go")


def test_a_running_instance_is_stopped_for_its_image_if_that_is_said(cloud, tencent):
    one = cloud.instances()[3].InstanceId
    if rests(cloud, one).InstanceState == "STOPPED":
        cloud.call("StartInstances", InstanceIds=[one])
    cloud.reaches(one, "RUNNING")
    rests(cloud, one)
    refused = tencent.call("CreateImage", instanceId=one, imageName="while-running")
    assert refused["codeDesc"] == "OperationConstraints.InvaildInstanceStatus"
    assert not [seen for seen in own(cloud).values() if seen.ImageName == "while-running"]
    call = cloud.call("CreateImage", InstanceId=one, ImageName="of-running", ForcePoweroff="TRUE")
    after = cloud.done(one, call.RequestId)
    assert (after.InstanceState, after.LatestOperationState) == ("RUNNING", "SUCCESS")
    cloud.call("DeleteImages", ImageIds=[call.ImageId])
    wait_for(lambda: own(cloud), lambda seen: call.ImageId not in seen, f"{call.ImageId} to go")


def test_an_image_goes_to_other_regions_and_to_other_accounts(cloud, tencent, plane):
    one = stopped(cloud, cloud.instances()[4].InstanceId)
    image = made(cloud, one, "travels")
    answer = cloud.call("SyncImages", ImageIds=[image], DestinationRegions=["ap-shanghai"],
                        ImageSetRequired=True)
    (copy,) = answer.ImageSet
    assert copy.Region == "ap-shanghai" and copy.ImageId not in own(cloud)
    there = type(tencent)(plane, Region="sh")
    seen = wait_for(lambda: there.good("DescribeImages", imageIds=[copy.ImageId])["imageSet"],
                    lambda seen: seen and seen[0]["status"] == 2, "the copy")
    assert seen[0]["imageName"] == "travels"
    tencent.good("SyncCvmImage", srcRegion="gz", imgIdList=[image], dstRegion=["bj"])
    far = type(tencent)(plane, Region="bj")
    wait_for(lambda: far.good("DescribeImages", imageType=1, status=2)["imageSet"],
             lambda seen: [one["imageName"] for one in seen] == ["travels"], "the other copy")

    assert cloud.call("DescribeImageQuota").ImageNumQuota == 500
    assert cloud.call("DescribeImageSharePermission", ImageId=image).SharePermissionSet == []
    mine = own(cloud)[image].ImageCreator
    share = lambda account: cloud.call("ModifyImageSharePermission", ImageId=image,
                                       AccountIds=[account], Permission="SHARE")
    assert refusal(lambda: share(mine))[0] == "InvalidAccountIs.YourSelf"
    assert refusal(lambda: share("7"))[0] == "InvalidAccountId.NotFound"
    info = tencent.good("GetImageShareUinInfo", imageIds=[image])["data"]
    assert info["imageList"] == [{"imageId": image, "shareUinInfo": []}]
    assert tencent.call("CancelShareImage", imageId=image, uinList=[mine])["code"] == 4000
