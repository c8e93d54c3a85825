"""The API 3.0 SDK, unpatched."""

from tencentcloud.clb.v20180317 import clb_client
from tencentcloud.clb.v20180317 import models as clb_models
from tencentcloud.common import credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.cvm.v20170312 import cvm_client, models

from .plane import Plane, wait_for

ZONE = "ap-guangzhou-1"


class TencentV3:
    """A client of one plane."""

    def __init__(self, plane: Plane, signature="TC3-HMAC-SHA256", method="POST", secret_key=None,
                 language="en-US"):
        http = HttpProfile(protocol="http", endpoint=plane.host, reqMethod=method)
        profile = ClientProfile(signMethod=signature, httpProfile=http, language=language)
        keys = credential.Credential(plane.access_key, secret_key or plane.secret_key)
        self.cvm = cvm_client.CvmClient(keys, "ap-guangzhou", profile)
        self.clb = clb_client.ClbClient(keys, "ap-guangzhou", profile)

    def call(self, action, **members):
        """One call by the real SDK, in its own types."""
        request = getattr(models, f"{action}Request")()
        request._deserialize(members)
        return getattr(self.cvm, action)(request)

    def balance(self, action, **members):
        """The same of load balancers."""
        request = getattr(clb_models, f"{action}Request")()
        request._deserialize(members)
        return getattr(self.clb, action)(request)

    def balanced(self, action, **members):
        """The answer of an order, once its task has succeeded."""
        answer = self.balance(action, **members)
        ended = wait_for(lambda: self.balance("DescribeTaskStatus", TaskId=answer.RequestId),
                         lambda seen: seen.Status != 2, f"{action} to end")
        assert ended.Status == 0, ended
        return answer

    def instances(self, *ids, **members):
        if ids:
            members["InstanceIds"] = list(ids)
        return self.call("DescribeInstances", Limit=100, **members).InstanceSet

    def instance(self, one):
        found = self.instances(one)
        assert len(found) == 1, found
        return found[0]

    def reaches(self, one, state):
        wait_for(lambda: self.instance(one).InstanceState, lambda seen: seen == state,
                 f"{one} to be {state}")

    def done(self, one, request):
        """The instance, once the operation of this call on it has ended."""
        wait_for(lambda: self.instance(one),
                 lambda seen: seen.LatestOperationRequestId == request
                 and seen.LatestOperationState != "OPERATING",
                 f"{request} to end on {one}")
        return self.instance(one)


def refusal(call):
    """The code and the message of what the SDK raises."""
    try:
        answer = call()
    except TencentCloudSDKException as error:
        return error.get_code(), error.get_message()
    raise AssertionError(f"it was not refused: {answer}")
