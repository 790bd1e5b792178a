"""moto's S3 on a free port of 127.0.0.1, as MotoServer starts it; ends when its standard input does.

The argument is a file of JSON: the bucket's name, and users by name with their access key, secret and
policies. Without users, requests are not authorised, signed or not.
"""

import io
import json
import os
import sys
import threading

SETTINGS = json.loads(open(sys.argv[1], encoding="utf-8").read())
if SETTINGS["users"]:
    os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = "0"

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.models import iam_backends
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.s3.models import s3_backends
from werkzeug.serving import make_server
from werkzeug.wrappers import Request


class OneAtATime:
    """Serves one request after the other, once its body is here.

    moto compares If-Match first and writes later, so of concurrent writers several could win; on S3 one does.
    """

    def __init__(self, application):
        self.application = application
        self.lock = threading.Lock()

    def __call__(self, environ, start_response):
        body = Request(environ).get_data(cache=False)
        environ["wsgi.input"] = io.BytesIO(body)
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        with self.lock:
            if environ["PATH_INFO"] == "/create-objects":
                for key in json.loads(body):
                    BUCKETS.put_object(SETTINGS["bucket"], key, key.encode())
                start_response("204 No Content", [])
                return []
            return list(self.application(environ, start_response))


class Handler(MotoRequestHandler):
    # Headers and body are two writes; without this, the second waits for the client's delayed acknowledgement.
    disable_nagle_algorithm = True
    protocol_version = "HTTP/1.1"

    def log(self, *arguments):
        pass


def end_with_parent():
    while sys.stdin.buffer.read(1):
        pass
    os._exit(0)


APPLICATION = OneAtATime(DomainDispatcherApplication(create_backend_app))
if SETTINGS["users"]:
    import rights

    rights.enforce()
iam = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]
for name, user in SETTINGS["users"].items():
    iam.create_user("us-east-1", name)
    key = iam.create_access_key(name)
    key.access_key_id = user["accessKey"]
    key.secret_access_key = user["secretKey"]
    for number, policy in enumerate(user["policies"]):
        iam.put_user_policy(name, f"policy-{number}", policy)
BUCKETS = s3_backends[DEFAULT_ACCOUNT_ID]["aws"]
BUCKETS.create_bucket(SETTINGS["bucket"], "us-east-1")

threading.Thread(target=end_with_parent, daemon=True).start()
server = make_server("127.0.0.1", 0, APPLICATION, threaded=True, request_handler=Handler)
print(f"listening on port {server.port}", flush=True)
server.serve_forever()
