"""API 2.0: what can be bought where, and for how much."""


def test_zones_are_those_of_the_instances(tencent):
    zones = tencent.good("DescribeAvailabilityZones")
    assert zones["totalCount"] == len(zones["zoneSet"])
    known = {one["zoneId"]: one["zoneName"] for one in zones["zoneSet"]}
    for one in tencent.instances():
        assert known[one["zoneId"]] == one["zoneName"]


def test_prices_by_the_hour(tencent):
    image = tencent.instances()[0]["unImgId"]
    wanted = {"cpu": 1, "mem": 1, "imageType": 2, "imageId": image, "storageSize": 10}
    one = tencent.good("InquiryInstancePriceHour", wanted)["data"]
    assert one["cvm"] == {"price": "0.17", "price_unit": "HOUR"}
    three = tencent.good("InquiryInstancePriceHour", {**wanted, "goodsNum": 3})["data"]
    assert three["cvm"]["price"] == "0.51"
    assert tencent.call("InquiryInstancePriceHour", {**wanted, "cpu": 3})["code"] == 5200
