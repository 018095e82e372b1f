"""moto's S3 with one bucket and one user whose signatures are checked. Prints a line of JSON, then the bucket's keys for each line read."""
import json
import os
import sys

SETUP = 4  # calls below that need no signature
os.environ["INITIAL_NO_AUTH_ACTION_COUNT"] = str(SETUP)

import boto3
import flask
from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam.access_control import S3IAMRequest
from moto.s3.models import s3_backends
from moto.server import ThreadedMotoServer

BUCKET = "images"


def signed_path(self, path):
    """The path as it was sent: moto gives botocore the decoded one, whose signature is another."""
    self.__dict__["_path"] = flask.request.environ["RAW_URI"]


S3IAMRequest._path = property(lambda self: self.__dict__["_path"], signed_path)
server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
server.start()
endpoint = "http://%s:%d" % server.get_host_and_port()


def client(service):
    keys = {"aws_access_key_id": "setup", "aws_secret_access_key": "setup"}
    return boto3.client(service, endpoint_url=endpoint, region_name="us-east-1", **keys)


actions = ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:ListBucket"]
policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": actions, "Resource": "arn:aws:s3:::*"}]}
iam = client("iam")
iam.create_user(UserName="aquatint")
iam.put_user_policy(UserName="aquatint", PolicyName="images", PolicyDocument=json.dumps(policy))
key = iam.create_access_key(UserName="aquatint")["AccessKey"]
client("s3").create_bucket(Bucket=BUCKET)
options = {"endpoint": endpoint, "bucket": BUCKET, "region": "us-east-1", "accessKeyId": key["AccessKeyId"]}
print(json.dumps({**options, "secretAccessKey": key["SecretAccessKey"]}), flush=True)
for _ in sys.stdin:
    print(json.dumps(sorted(s3_backends[DEFAULT_ACCOUNT_ID]["aws"].buckets[BUCKET].keys)), flush=True)
