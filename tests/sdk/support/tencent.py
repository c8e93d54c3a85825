"""The API 2.0 SDK, unpatched, over TLS."""

import json
import os
import select
import socket
import threading
from contextlib import contextmanager
from urllib.parse import urlsplit

from QcloudApi.qcloudapi import QcloudApi

from .plane import PATIENCE_S, Plane, wait_for


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
        # The SDK reads its trust when it makes a connection, which is when its service is made.
        with setting("SSL_CERT_FILE", self.plane.ca_file):
            service = QcloudApi(self.module, self.config)._factory(self.module, dict(self.config))
            return json.loads(service.call(action, {**(parameters or {}), **more}))

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


@contextmanager
def tunnel(plane: Plane):
    """The SDK's own proxy setting leads its real host names to the plane: a CONNECT proxy that
    takes any host to the plane's TLS port."""
    upstream = urlsplit(plane.tls_endpoint)
    listener = socket.create_server(("127.0.0.1", 0))
    hosts = []

    def serve():
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=relay, args=(client,), daemon=True).start()

    def relay(client):
        with client:
            client.settimeout(PATIENCE_S)
            head = b""
            while b"\r\n\r\n" not in head:
                piece = client.recv(4096)
                if not piece:
                    return
                head += piece
            hosts.append(head.split()[1].decode())
            with socket.create_connection((upstream.hostname, upstream.port)) as server:
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                other = {client: server, server: client}
                while True:
                    readable, _, _ = select.select([client, server], [], [], PATIENCE_S)
                    for side in readable:
                        piece = side.recv(65536)
                        if not piece:
                            return
                        other[side].sendall(piece)
                    if not readable:
                        return

    threading.Thread(target=serve, daemon=True).start()
    try:
        with setting("https_proxy", f"http://127.0.0.1:{listener.getsockname()[1]}"):
            yield hosts
    finally:
        listener.close()
