"""SRV02, the application server, and DC01, the domain controller: where it goes on."""
from windows import (EVENTLOG, SCM, SYSTEM32, event, logoff, logon, machine_account,
                     security, subject)
from world import (ADDRESSES, BACKUP, BERG, BRANDT, KELLER, OLSEN, SQL, SYSTEM, Dice, User, at, guid)

SERVICES = ("Windows Update", "Background Intelligent Transfer Service", "Windows Modules Installer",
            "WMI Performance Adapter", "Software Protection", "Network Setup Service", "Windows Error Reporting Service",
            "Device Setup Manager", "Microsoft Store Install Service")
SCHEDULER = "Microsoft-Windows-TaskScheduler"
NEW_ADMIN = User("svc-update", 1188)


def service(t, event_id, data, level=4, attack=False):
    return event(t, "SRV02", SCM, "System", event_id, data, level, process=712, keywords="0x8080000000000000",
                 user=BERG if event_id == 7045 and attack else SYSTEM, attack=attack)


def system_quiet(d, t):
    kind = d.int(1, 100)
    if kind <= 62:
        return service(t, 7036, {"param1": d.choice(SERVICES), "param2": d.choice(("running", "stopped"))})
    if kind <= 76:
        param = ("demand start", "auto start") if d.chance(0.5) else ("auto start", "demand start")
        return service(t, 7040, {"param1": "Background Intelligent Transfer Service", "param2": param[0],
                                 "param3": param[1], "param4": "BITS"})
    if kind <= 84:
        return event(t, "SRV02", "Microsoft-Windows-Time-Service", "System", 37,
                     {"TimeSource": "DC01.corp.example (ntp.d|0.0.0.0:123->10.20.1.10:123)"}, user=LOCAL)
    if kind <= 90:
        return event(t, "SRV02", "Microsoft-Windows-GroupPolicy", "System", 1500,
                     {"SupportInfo1": "1", "SupportInfo2": "4409", "ProcessingMode": "0",
                      "ProcessingTimeInMilliseconds": str(d.int(600, 2400)),
                      "DCName": "\\\\DC01.corp.example"}, user=SYSTEM)
    if kind <= 95:
        return event(t, "SRV02", "Microsoft-Windows-DistributedCOM", "System", 10016,
                     {"param1": "application-specific", "param2": "Local", "param3": "Activation",
                      "param4": "{2593F8B9-4EAF-457C-B68A-50F6B8EA6B54}", "param5":
                      "{15C20B67-12E7-4BB6-92BB-7AFF07997402}"}, 3, user=SYSTEM)
    return service(t, 7045, {
        "ServiceName": "MpKsl" + d.hex(8), "ImagePath": "C:\\ProgramData\\Microsoft\\Windows Defender\\"
        "Definition Updates\\{9D2A71B0-5F1C-4C39-A2E5-0F0B2C0E1D77}\\MpKslDrv.sys",
        "ServiceType": "kernel mode driver", "StartType": "system start", "AccountName": ""})


LOCAL = User("LOCAL SERVICE", "S-1-5-19", "NT AUTHORITY")


def system_log():
    d = Dice("SRV02 System")
    records = [system_quiet(d, d.office_time()) for _ in range(110)]
    records.append(service(at(4, "10:06:02.4"), 7045, {
        "ServiceName": "wuhelper", "ImagePath": "%COMSPEC% /c start /b rundll32 C:\\Windows\\Temp\\wuhelper.dll,Start",
        "ServiceType": "user mode service", "StartType": "demand start", "AccountName": "LocalSystem"}, attack=True))
    records.append(service(at(4, "10:06:32.6"), 7009, {"param1": "30000", "param2": "wuhelper"}, 2, attack=True))
    records.append(service(at(4, "10:19:55.8"), 7045, {
        "ServiceName": "PSEXESVC", "ImagePath": "%SystemRoot%\\PSEXESVC.exe",
        "ServiceType": "user mode service", "StartType": "demand start", "AccountName": "LocalSystem"}, attack=True))
    records.append(service(at(4, "10:19:56.1"), 7036, {"param1": "PSEXESVC", "param2": "running"}, attack=True))
    records.append(service(at(4, "10:31:44.3"), 7036, {"param1": "PSEXESVC", "param2": "stopped"}, attack=True))
    records.append(service(at(4, "10:22:10.9"), 7040, {
        "param1": "Microsoft Defender Antivirus Service", "param2": "auto start", "param3": "disabled",
        "param4": "WinDefend"}, attack=True))
    records.append(event(at(5, "01:12:37.5"), "SRV02", EVENTLOG, "System", 104, {
        "SubjectUserName": BERG.name, "SubjectDomainName": "CORP", "Channel": "Windows PowerShell",
        "BackupPath": ""}, task=104, process=1388, user=BERG, user_data="LogFileCleared", attack=True))
    return records


def task(t, event_id, data, attack=False):
    number = {106: 106, 129: 129, 100: 100, 102: 102, 200: 200, 201: 201}[event_id]
    return event(t, "SRV02", SCHEDULER, SCHEDULER + "/Operational", event_id, data, task=number, process=1096,
                 user=SYSTEM, attack=attack)


def task_run(d, t):
    name, path = d.choice((
        ("\\Microsoft\\Windows\\UpdateOrchestrator\\Schedule Scan", SYSTEM32 + "usoclient.exe"),
        ("\\Microsoft\\Windows\\Defrag\\ScheduledDefrag", SYSTEM32 + "defrag.exe"),
        ("\\Corp\\Inventory", "C:\\Program Files\\Corp Inventory\\inventory.exe"),
        ("\\Microsoft\\Windows\\Time Synchronization\\SynchronizeTime", SYSTEM32 + "sc.exe"),
        ("\\Microsoft\\Windows\\Customer Experience Improvement Program\\Consolidator", SYSTEM32 + "wsqmcons.exe")))
    instance = guid("task", name, t)
    user = "NT AUTHORITY\\SYSTEM"
    yield task(t, 129, {"TaskName": name, "Path": path, "ProcessID": d.int(900, 9000), "Priority": 16384})
    yield task(t.replace(microsecond=400000), 200, {"TaskName": name, "ActionName": path, "TaskInstanceId": instance,
                                                    "EnginePID": 1096})
    yield task(t.replace(microsecond=900000), 102, {"TaskName": name, "UserContext": user, "InstanceId": instance})


def task_log():
    d = Dice("SRV02 tasks")
    records = [r for _ in range(48) for r in task_run(d, d.office_time().replace(microsecond=1000))]
    records.append(task(at(4, "10:24:19.4"), 106, {"TaskName": "\\wuh", "UserContext": "S-1-5-18"}, attack=True))
    records.append(task(at(4, "10:24:20.1"), 129, {
        "TaskName": "\\wuh", "Path": "C:\\ProgramData\\wuhelper.exe", "ProcessID": 6120, "Priority": 16384}, attack=True))
    return records


# DC01. Clients are (user, host) pairs; a Kerberos ticket or a logon of one of them at a time.
CLIENTS = ((OLSEN, "WS01"), (BRANDT, "WS02"), (KELLER, "WS03"), (BACKUP, "SRV02"), (SQL, "DB01"))
MACHINES = ("WS01", "WS02", "WS03", "SRV02", "FS01", "MAIL01", "DB01")


def ticket(t, user, host, attack=False):
    return security(t, "DC01", 4768, {
        "TargetUserName": user.name, "TargetDomainName": "CORP", "TargetSid": user.sid, "ServiceName": "krbtgt",
        "ServiceSid": "S-1-5-21-3623811015-3361044348-30300820-502", "TicketOptions": "0x40810010",
        "Status": "0x0", "TicketEncryptionType": "0x12", "PreAuthType": 2,
        "IpAddress": "::ffff:" + ADDRESSES[host], "IpPort": str(49700 + t.microsecond % 14000),
        "CertIssuerName": "", "CertSerialNumber": "", "CertThumbprint": ""}, 14339, attack=attack)


def service_ticket(t, user, host, service_name, cipher="0x12", attack=False):
    return security(t, "DC01", 4769, {
        "TargetUserName": user.name + "@CORP.EXAMPLE", "TargetDomainName": "CORP.EXAMPLE",
        "ServiceName": service_name, "ServiceSid": SQL.sid if service_name == SQL.name else
        "S-1-5-21-3623811015-3361044348-30300820-1001", "TicketOptions": "0x40810000",
        "TicketEncryptionType": cipher, "IpAddress": "::ffff:" + ADDRESSES[host],
        "IpPort": str(49700 + t.microsecond % 14000), "Status": "0x0",
        "LogonGuid": guid("tgs", user, t), "TransmittedServices": "-"}, 14337, attack=attack)


def controller_quiet(d, t):
    user, host = d.choice(CLIENTS)
    kind = d.int(1, 100)
    source = ADDRESSES[host]
    if kind <= 20:
        yield ticket(t, user, host)
    elif kind <= 46:
        yield service_ticket(t, user, host, d.choice(("DC01$", "FS01$", "MAIL01$", "SRV02$")))
    elif kind <= 66:
        logon_id = "0x%x" % d.int(0x100000, 0xffffff)
        yield logon(t, "DC01", user, 3, source, str(d.int(49700, 64000)), logon_id, package="Kerberos")
        yield logoff(t.replace(microsecond=999000), "DC01", user, 3, logon_id)
    elif kind <= 78:
        machine = d.choice(MACHINES)
        yield security(t, "DC01", 5140, {
            "SubjectUserSid": "S-1-5-21-3623811015-3361044348-30300820-%d" % (1001 + MACHINES.index(machine)),
            "SubjectUserName": machine + "$", "SubjectDomainName": "CORP", "SubjectLogonId": "0x%x" % d.int(0x100000, 0xffffff),
            "ObjectType": "File", "IpAddress": ADDRESSES[machine], "IpPort": str(d.int(49700, 64000)),
            "ShareName": "\\\\*\\" + d.choice(("SYSVOL", "NETLOGON")), "ShareLocalPath":
            "\\??\\C:\\Windows\\SYSVOL\\sysvol", "AccessMask": "0x1", "AccessList": "%%4416\r\n\t\t\t\t"}, 12808)
    elif kind <= 86:
        yield security(t, "DC01", 4776, {
            "PackageName": "MICROSOFT_AUTHENTICATION_PACKAGE_V1_0", "TargetUserName": user.name,
            "Workstation": host, "Status": "0x0"}, 14336)
    elif kind <= 89 and user in (OLSEN, BRANDT, KELLER):
        yield security(t, "DC01", 4771, {
            "TargetUserName": user.name, "TargetSid": user.sid, "ServiceName": "krbtgt/CORP",
            "TicketOptions": "0x40810010", "Status": "0x18", "PreAuthType": "2",
            "IpAddress": "::ffff:" + source, "IpPort": "50112", "CertIssuerName": "",
            "CertSerialNumber": "", "CertThumbprint": ""}, 14339, failure=True)
    else:
        command = d.choice((
            ("C:\\Windows\\System32\\svchost.exe", "C:\\Windows\\System32\\svchost.exe -k netsvcs -p -s gpsvc", "services.exe"),
            ("C:\\Windows\\System32\\taskhostw.exe", "taskhostw.exe SYSTEM", "svchost.exe"),
            ("C:\\Windows\\System32\\dfsrs.exe", "C:\\Windows\\system32\\DFSRs.exe", "services.exe"),
            ("C:\\Windows\\System32\\conhost.exe", "\\??\\C:\\Windows\\system32\\conhost.exe 0xffffffff -ForceV1", "cmd.exe")))
        yield process(t, machine_account("DC01"), *command)


def process(t, who, image, command, parent, attack=False):
    return security(t, "DC01", 4688, {
        **who, "NewProcessId": "0x%x" % (4 * (t.microsecond % 4000 + 200)), "NewProcessName": image,
        "TokenElevationType": "%%1936", "ProcessId": "0x%x" % (4 * (t.microsecond % 300 + 100)),
        "CommandLine": command, "TargetUserSid": "S-1-0-0", "TargetUserName": "-", "TargetDomainName": "-",
        "TargetLogonId": "0x0", "ParentProcessName": SYSTEM32 + parent, "MandatoryLabel": "S-1-16-16384"}, 13312,
        attack=attack)


def replication(t, right):
    return security(t, "DC01", 4662, {
        **subject(BERG, "0x2f81c4"), "ObjectServer": "DS", "ObjectType": "%{19195a5b-6da0-11d0-afd3-00c04fd930c9}",
        "ObjectName": "%{4c1b5d0e-8a55-4a31-9c1d-7d0d7b0f2a60}", "OperationType": "Object Access", "HandleId": "0x0",
        "AccessList": "%%7688\r\n\t\t\t\t", "AccessMask": "0x100",
        "Properties": "%%7688\r\n\t\t{" + right + "}\r\n\t{19195a5b-6da0-11d0-afd3-00c04fd930c9}",
        "AdditionalInfo": "-", "AdditionalInfo2": ""}, 14080, attack=True)


def controller_attack():
    source = ADDRESSES["WS01"]
    who = subject(BERG, "0x2f81c4")
    yield service_ticket(at(4, "09:49:08.2"), OLSEN, "WS01", SQL.name, "0x17", attack=True)
    yield logon(at(4, "11:24:10.7"), "DC01", BERG, 3, source, "58211", "0x2f81c4", package="NTLM", attack=True)
    yield security(at(4, "11:24:11.0"), "DC01", 5140, {
        **who, "ObjectType": "File", "IpAddress": source, "IpPort": "58211", "ShareName": "\\\\*\\ADMIN$",
        "ShareLocalPath": "\\??\\C:\\Windows", "AccessMask": "0x1", "AccessList": "%%4416\r\n\t\t\t\t"}, 12808, attack=True)
    yield security(at(4, "11:24:12.3"), "DC01", 5145, {
        **who, "ObjectType": "File", "IpAddress": source, "IpPort": "58211", "ShareName": "\\\\*\\IPC$",
        "ShareLocalPath": "", "RelativeTargetName": "svcctl", "AccessMask": "0x3",
        "AccessList": "%%4416\r\n\t\t\t\t%%4417\r\n\t\t\t\t%%4418\r\n\t\t\t\t", "AccessReason": "-"}, 12811, attack=True)
    for i, right in enumerate(("1131f6aa-9c07-11d1-f79f-00c04fc2dcd2", "1131f6ad-9c07-11d1-f79f-00c04fc2dcd2",
                               "89e95b76-444d-4c62-991a-0facbeda640c")):
        yield replication(at(4, "11:31:%02d.4" % (20 + i)), right)
    yield security(at(4, "11:36:15.6"), "DC01", 4697, {
        **who, "ServiceName": "ntfrsx", "ServiceFileName": "%COMSPEC% /c C:\\Windows\\Temp\\n.bat",
        "ServiceType": "0x10", "ServiceStartType": "3", "ServiceAccount": "LocalSystem"}, 12289, attack=True)
    yield process(at(4, "11:36:17.2"), machine_account("DC01"), SYSTEM32 + "ntdsutil.exe",
                  'ntdsutil "ac i ntds" "ifm" "create full C:\\Windows\\Temp\\n" q q', "cmd.exe", attack=True)
    yield security(at(4, "11:48:02.9"), "DC01", 4720, {
        "TargetUserName": NEW_ADMIN.name, "TargetDomainName": "CORP", "TargetSid": NEW_ADMIN.sid, **who,
        "PrivilegeList": "-", "SamAccountName": NEW_ADMIN.name, "DisplayName": "-",
        "UserPrincipalName": "svc-update@corp.example", "UserAccountControl": "\r\n\t\t%%2080\r\n\t\t%%2084",
        "SidHistory": "-"}, 13824, attack=True)
    yield security(at(4, "11:48:31.2"), "DC01", 4728, {
        "MemberName": "CN=svc-update,CN=Users,DC=corp,DC=example", "MemberSid": NEW_ADMIN.sid,
        "TargetUserName": "Domain Admins", "TargetDomainName": "CORP",
        "TargetSid": "S-1-5-21-3623811015-3361044348-30300820-512", **who, "PrivilegeList": "-"}, 13826, attack=True)
    yield process(at(4, "12:05:09.1"), who, SYSTEM32 + "wevtutil.exe", "wevtutil cl Security", "cmd.exe", attack=True)
    yield event(at(4, "12:05:09.4"), "DC01", EVENTLOG, "Security", 1102, {
        **who}, 4, 104, keywords="0x4020000000000000", process=1388, user_data="LogFileCleared", attack=True)


def controller_log():
    d = Dice("DC01 Security")
    records = list(controller_attack())
    for _ in range(520):
        records.extend(controller_quiet(d, d.office_time()))
    return records
