"""What S3 asks of IAM, and moto's IAM leaves out.

- Conditions: moto knows StringEquals, has no values of S3 requests to compare, and takes a statement whose
  condition is not met for a denial.
- Deletion of many objects needs the right for each of them, not for the bucket.
- A write with tags needs the right to tag.
- Who may not list what the key begins with is told of a missing object that access is denied.

What is not known here is an error, never a permission.
"""

import xml.etree.ElementTree as ElementTree
from fnmatch import fnmatchcase

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.access_control import IAMPolicy, IAMPolicyStatement, PermissionResult
from moto.iam.models import iam_backends
from moto.s3.exceptions import BucketAccessDeniedError, MissingKey, S3AccessDeniedError
from moto.s3.responses import S3Response

# Of the request that is served; they are served one after the other.
CONDITION_VALUES = {}

AUTHORIZE = S3Response._authenticate_and_authorize_s3_action
GET_KEY = S3Response._get_key
HEAD_OBJECT = S3Response.head_object
IAM = iam_backends[DEFAULT_ACCOUNT_ID]["aws"]


def as_list(value):
    return value if isinstance(value, list) else [value]


def any_matches(patterns, value):
    """As IAM does: * and ? are the only special characters."""
    return any(fnmatchcase(value, each.replace("[", "[[]")) for each in as_list(patterns))


CONDITIONS = {
    "StringEquals": lambda expected, value: value in as_list(expected),
    "StringLike": lambda expected, value: value is not None and any_matches(expected, value),
    "Bool": lambda expected, value: value == expected,
    "Null": lambda expected, value: (value is None) == (expected == "true"),
}


def permits(statement, action, resource="*", principal=None, incoming_condition_values=None):
    document = statement._statement
    if not any_matches(document["Action"], action) or not any_matches(document["Resource"], resource):
        return PermissionResult.NEUTRAL
    for operator, conditions in document.get("Condition", {}).items():
        for key, expected in conditions.items():
            if not CONDITIONS[operator](expected, CONDITION_VALUES[key]):
                return PermissionResult.NEUTRAL
    return PermissionResult.PERMITTED if document["Effect"] == "Allow" else PermissionResult.DENIED


def authorize(response, bucket_name=None, key_name=None):
    CONDITION_VALUES.update(
        {
            "s3:prefix": response.request.args.get("prefix"),
            "s3:if-match": response.headers.get("If-Match"),
            "s3:if-none-match": response.headers.get("If-None-Match"),
            "aws:SecureTransport": "false",
        }
    )
    if response.data["Action"] == "DeleteObject" and key_name is None:
        try:
            for element in ElementTree.fromstring(response.body).iter():
                if element.tag.endswith("Key"):
                    AUTHORIZE(response, bucket_name, element.text)
        except S3AccessDeniedError:
            raise BucketAccessDeniedError(bucket=bucket_name)
        return
    AUTHORIZE(response, bucket_name, key_name)
    if response.data["Action"] == "PutObject" and "x-amz-tagging" in response.headers:
        response.data["Action"] = "PutObjectTagging"
        AUTHORIZE(response, bucket_name, key_name)
        response.data["Action"] = "PutObject"


def may_list(response, prefix):
    access_key = response.headers["Authorization"].partition("Credential=")[2].partition("/")[0]
    user = next(user for user in IAM.list_users("/", None, None) if user.access_keys[0].access_key_id == access_key)
    CONDITION_VALUES["s3:prefix"] = prefix
    results = [
        IAMPolicy(user.policies[name]).is_action_permitted("s3:ListBucket", f"arn:aws:s3:::{response.bucket_name}")
        for name in user.policies
    ]
    return PermissionResult.PERMITTED in results and PermissionResult.DENIED not in results


def found(response, *arguments, **named):
    try:
        return GET_KEY(response, *arguments, **named)
    except MissingKey:
        if may_list(response, response.parse_key_name()):
            raise
        raise S3AccessDeniedError()


def head(response, *arguments, **named):
    result = HEAD_OBJECT(response, *arguments, **named)
    if result[0] == 404 and not may_list(response, response.parse_key_name()):
        return 403, {}, ""
    return result


def enforce():
    IAMPolicyStatement.is_action_permitted = permits
    S3Response._authenticate_and_authorize_s3_action = authorize
    S3Response._get_key = found
    S3Response.head_object = head
