"""The API 2.0 SDK, unpatched, over TLS."""

import json
import os
from contextlib import contextmanager

from QcloudApi.qcloudapi import QcloudApi

from .plane import Plane, wait_for


@contextmanager
def setting(name, value):
    """An environment variable, for a while."""
    before = os.environ.get(name)
    os.environ[name] = value
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


class Tencent:
    """A client of one plane. A module name the SDK does not know makes it honour `endpoint`."""

    def __init__(self, plane: Plane, method="GET", signature="HmacSHA1", module="regiment", **overrides):
        self.plane = plane
        self.module = module
        self.config = {
            "endpoint": plane.tls_host,
            "Region": "gz",
            "secretId": plane.access_key,
            "secretKey": plane.secret_key,
            "method": method,
            "SignatureMethod": signature,
            **overrides,
        }

    def call(self, action, parameters=None, **more):
        """One call by the real SDK; the answer is parsed, since the SDK leaves that to its users."""
        with setting("SSL_CERT_FILE", self.plane.ca_file):
            api = QcloudApi(self.module, dict(self.config))
            return json.loads(api.call(action, {**(parameters or {}), **more}))

    def good(self, action, parameters=None, **more):
        answer = self.call(action, parameters, **more)
        assert answer["code"] == 0, answer
        return answer

    def instances(self, **filters):
        filters.setdefault("limit", 100)
        return self.good("DescribeInstances", filters)["instanceSet"]

    def instance(self, instance_id):
        found = self.instances(instanceIds=[instance_id])
        assert len(found) == 1, found
        return found[0]

    def status(self, instance_id):
        return self.instance(instance_id)["status"]

    def reaches(self, instance_id, status):
        return wait_for(lambda: self.status(instance_id), lambda seen: seen == status,
                        f"status {status} of {instance_id}")

    def all_reach(self, ids, status):
        for one in ids:
            self.reaches(one, status)

    def balancer_task(self, request_id):
        """Waits until a load balancer's task has ended and returns its status: 0 good, 1 failed."""
        look = lambda: self.good("DescribeLoadBalancersTaskResult", requestId=request_id)["data"]["status"]
        return wait_for(look, lambda status: status != 2, f"the end of task {request_id}")
