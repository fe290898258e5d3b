"""CloudTrail of the company's account, as the files that AWS delivers to a bucket."""
from world import ATTACKER_CLOUD, Dice, Record, at, uuid

ACCOUNT = "111122223333"
REGION = "eu-central-1"
OFFICE = "203.0.113.80"          # the company's own address
STOLEN = "AKIAIOSFODNN7EXAMPLE"  # the key of AWS's documentation
CLI = "aws-cli/2.27.1 md/awscrt#0.26.1 ua/2.1 os/linux#6.8.0 md/arch#x86_64 lang/python#3.13.2"


def identity(name, key):
    return {"type": "IAMUser", "principalId": "AIDAEXAMPLE" + name.upper().replace("-", "")[:10],
            "arn": "arn:aws:iam::%s:user/%s" % (ACCOUNT, name), "accountId": ACCOUNT, "accessKeyId": key,
            "userName": name}


def role(name, session):
    return {"type": "AssumedRole", "principalId": "AROAEXAMPLE%s:%s" % (name.upper(), session),
            "arn": "arn:aws:sts::%s:assumed-role/%s/%s" % (ACCOUNT, name, session), "accountId": ACCOUNT,
            "accessKeyId": "ASIAEXAMPLE" + name.upper(), "sessionContext": {
                "sessionIssuer": {"type": "Role", "principalId": "AROAEXAMPLE" + name.upper(),
                                  "arn": "arn:aws:iam::%s:role/%s" % (ACCOUNT, name), "accountId": ACCOUNT,
                                  "userName": name},
                "attributes": {"mfaAuthenticated": "true", "creationDate": "2026-05-04T06:00:00Z"}}}


def call(t, who, source, name, request=None, address=OFFICE, agent=CLI, error=None, response=None,
         kind="AwsApiCall", extra=None, attack=False):
    record = {
        "eventVersion": "1.11", "userIdentity": who, "eventTime": t.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "eventSource": source + ".amazonaws.com", "eventName": name, "awsRegion": REGION,
        "sourceIPAddress": address, "userAgent": agent}
    if error:
        record["errorCode"] = error
        record["errorMessage"] = "User: %s is not authorized to perform: %s:%s" % (who["arn"], source, name)
    record.update({
        "requestParameters": request, "responseElements": response, "requestID": uuid("request", t, name),
        "eventID": uuid("event", t, name), "readOnly": name.startswith(("Get", "List", "Describe", "Batch")),
        "eventType": kind, "managementEvent": True, "recipientAccountId": ACCOUNT, "eventCategory": "Management"})
    record.update(extra or {})
    return Record(t, record, attack)


def quiet(d, t):
    kind = d.int(1, 100)
    deploy = identity("shop-deploy", STOLEN)
    engineer = role("Engineer", d.choice(("t.brandt", "s.keller")))
    if kind <= 30:
        return call(t, role("shop-web", "i-0a1b2c3d4e5f67890"), "s3", "GetObject" if d.chance(0.2) else "GetBucketLocation",
                    {"bucketName": "corp-shop-media"}, "10.20.3.5", "aws-sdk-php/3.305")
    if kind <= 45:
        return call(t, deploy, "s3", d.choice(("ListBuckets", "GetBucketLocation")), {"bucketName": "corp-shop-media"})
    if kind <= 65:
        return call(t, engineer, "ec2", d.choice(("DescribeInstances", "DescribeVolumes", "DescribeSecurityGroups")), {})
    if kind <= 78:
        return call(t, engineer, "cloudwatch", d.choice(("GetMetricData", "DescribeAlarms")), {})
    if kind <= 88:
        return call(t, engineer, "sts", "GetCallerIdentity")
    return call(t, {"type": "AWSService", "invokedBy": "backup.amazonaws.com"}, "ec2", d.choice(
        ("CreateSnapshot", "DescribeSnapshots")), {"volumeId": "vol-0aa11bb22cc33dd44"}, "backup.amazonaws.com",
        "backup.amazonaws.com")


def attack():
    who = identity("shop-deploy", STOLEN)
    steps = (
        ("02:31:05", "sts", "GetCallerIdentity", None, None),
        ("02:31:40", "iam", "ListUsers", None, "AccessDenied"),
        ("02:31:58", "s3", "ListBuckets", {"Host": "s3.eu-central-1.amazonaws.com"}, None),
        ("02:32:30", "iam", "ListAttachedUserPolicies", {"userName": "shop-deploy"}, None),
        ("02:33:12", "ec2", "DescribeInstances", {}, None),
        ("02:36:47", "iam", "AttachUserPolicy", {
            "userName": "shop-deploy", "policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"}, None),
        ("02:38:20", "iam", "CreateAccessKey", {"userName": "backup-operator"}, None),
        ("02:41:02", "secretsmanager", "BatchGetSecretValue", {"filters": [{"key": "all", "values": ["shop"]}]}, None),
        ("02:44:51", "rds", "ModifyDBSnapshotAttribute", {
            "dBSnapshotIdentifier": "shop-nightly", "attributeName": "restore", "valuesToAdd": ["444455556666"]}, None),
        ("02:49:33", "cloudtrail", "StopLogging", {
            "name": "arn:aws:cloudtrail:%s:%s:trail/corp" % (REGION, ACCOUNT)}, None),
    )
    for clock, source, name, request, error in steps:
        agent = "Boto3/1.34.84 md/Botocore#1.34.84 ua/2.0 os/linux#6.6.9-kali" if clock == "02:31:05" else CLI
        yield call(at(5, clock), who, source, name, request, ATTACKER_CLOUD, agent, error, attack=True)
    owner = {k: v for k, v in identity("backup-operator", "").items() if k != "accessKeyId"}
    yield call(at(5, "02:46:19"), owner, "signin", "ConsoleLogin", None, ATTACKER_CLOUD,
               "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", None,
               {"ConsoleLogin": "Success"}, "AwsConsoleSignIn",
               {"additionalEventData": {"LoginTo": "https://console.aws.amazon.com/", "MFAUsed": "No"}}, attack=True)


def trail():
    """The files, by hour: {name: records}."""
    d = Dice("cloudtrail")
    records = list(attack()) + [quiet(d, d.between(at(4, "00:00:00"), at(5, "02:49:00"))) for _ in range(330)]
    files = {}
    for r in sorted(records, key=lambda r: (r.time, r.data["eventID"])):
        hour = r.time.replace(hour=r.time.hour // 4 * 4)
        name = "%s_CloudTrail_%s_%sZ_%s.json.gz" % (ACCOUNT, REGION, hour.strftime("%Y%m%dT%H00"),
                                                    uuid("file", hour.strftime("%d%H"))[:8])
        files.setdefault(name, []).append(r)
    return files
