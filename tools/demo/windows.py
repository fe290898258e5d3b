"""Windows events in the flat naming of the EVTX format, and the same as Winlogbeat ships them."""
from world import BERG, SYSTEM, Record, guid, sha256

SYSMON = "Microsoft-Windows-Sysmon"
AUDIT = "Microsoft-Windows-Security-Auditing"
EVENTLOG = "Microsoft-Windows-Eventlog"
SCM = "Service Control Manager"

GUIDS = {
    SYSMON: "{5770385F-C22A-43E0-BF4C-06F5698FFBD9}",
    AUDIT: "{54849625-5478-4994-A5BA-3E3B0328C30D}",
    EVENTLOG: "{FC65DDD8-D6EF-4962-83D5-6E5CFE9CE148}",
    SCM: "{555908D1-A6D7-4695-8E1E-26931D2012F4}",
    "Microsoft-Windows-TaskScheduler": "{DE7B24EA-73C8-4A09-985D-5BDADCFA9017}",
}
WINDOWS = "C:\\Windows\\"
SYSTEM32 = "C:\\Windows\\System32\\"
PROGRAMS = "C:\\Program Files\\"
ABOUT = {  # file name: description, original file name, company
    "cmd.exe": ("Windows Command Processor", "Cmd.Exe"),
    "powershell.exe": ("Windows PowerShell", "PowerShell.EXE"),
    "wscript.exe": ("Microsoft ® Windows Based Script Host", "wscript.exe"),
    "rundll32.exe": ("Windows host process (Rundll32)", "RUNDLL32.EXE"),
    "schtasks.exe": ("Task Scheduler Configuration Tool", "schtasks.exe"),
    "net.exe": ("Net Command", "net.exe"),
    "net1.exe": ("Net Command", "net1.exe"),
    "nltest.exe": ("Microsoft® Logon Server Test Utility", "nltestrk.exe"),
    "wmic.exe": ("WMI Commandline Utility", "wmic.exe"),
    "whoami.exe": ("whoami - displays logged on user information", "whoami.exe"),
    "svchost.exe": ("Host Process for Windows Services", "svchost.exe"),
    "reg.exe": ("Registry Console Tool", "reg.exe"),
    "7z.exe": ("7-Zip Console", "7z.exe"),
    "rclone.exe": ("Rsync for cloud storage", "rclone.exe"),
}


def stamp(time):
    return time.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"


def utc(time):
    return time.strftime("%Y-%m-%d %H:%M:%S.") + "%03d" % (time.microsecond // 1000)


def event(time, host, provider, channel, event_id, data, level=4, task=0, version=0,
          keywords="0x8000000000000000", process=4, user=None, user_data=None, attack=False):
    """An event; `data` are its EventData (or, with `user_data`, the fields of that element)."""
    record = {
        "Provider_Name": provider, "Provider_Guid": GUIDS.get(provider), "EventID": event_id,
        "Version": version, "Level": level, "Task": task, "Opcode": 0, "Keywords": keywords,
        "TimeCreated_SystemTime": stamp(time), "EventRecordID": 0,
        "Execution_ProcessID": process, "Execution_ThreadID": process + 4 * (time.microsecond % 50 + 1),
        "Channel": channel, "Computer": host + ".corp.example",
        "Security_UserID": user.sid if user else None, "_user_data": user_data,
    }
    record = {k: v for k, v in record.items() if v is not None}
    for name, value in data.items():
        record[name] = [record[name], value] if name in record else value
    return Record(time, record, attack)


def security(time, host, event_id, data, task, failure=False, attack=False):
    keywords = "0x8010000000000000" if failure else "0x8020000000000000"
    return event(time, host, AUDIT, "Security", event_id, data, 0, task, keywords=keywords,
                 process=728, attack=attack)


def subject(user, logon_id="0x8f2a1"):
    return {"SubjectUserSid": user.sid, "SubjectUserName": user.name,
            "SubjectDomainName": user.domain, "SubjectLogonId": logon_id}


def machine_account(host):
    return {"SubjectUserSid": "S-1-5-18", "SubjectUserName": host + "$", "SubjectDomainName": "CORP",
            "SubjectLogonId": "0x3e7"}


NOBODY = {"SubjectUserSid": "S-1-0-0", "SubjectUserName": "-", "SubjectDomainName": "-",
          "SubjectLogonId": "0x0"}


def logon(time, host, user, kind, source="-", port="0", logon_id="0x0", process="-",
          package="Negotiate", attack=False):
    """4624. `kind` is the logon type: 2 at the keyboard, 3 network, 5 service, 7 unlock, 10 RDP."""
    names = {2: "User32 ", 3: "Kerberos" if package == "Kerberos" else "NtLmSsp ", 5: "Advapi  ",
             7: "User32 ", 10: "User32 "}
    machine = machine_account(host)
    data = dict(machine if kind != 3 else NOBODY)
    data.update({
        "TargetUserSid": user.sid, "TargetUserName": user.name, "TargetDomainName": user.domain,
        "TargetLogonId": logon_id, "LogonType": kind, "LogonProcessName": names[kind],
        "AuthenticationPackageName": package, "WorkstationName": host if kind != 3 else "-",
        "LogonGuid": guid("logon", user, time), "LmPackageName": "NTLM V2" if package == "NTLM" else "-",
        "KeyLength": 128 if package == "NTLM" else 0, "ProcessId": "0x2d8", "ProcessName": process,
        "IpAddress": source, "IpPort": port, "ElevatedToken": "%%1842" if user is BERG else "%%1843",
    })
    return security(time, host, 4624, data, 12544, attack=attack)


def logoff(time, host, user, kind, logon_id):
    return security(time, host, 4634, {
        "TargetUserSid": user.sid, "TargetUserName": user.name, "TargetDomainName": user.domain,
        "TargetLogonId": logon_id, "LogonType": kind}, 12545)


class Process:
    """A process of a host with Sysmon: what its own and later events say of it."""

    def __init__(self, host, pid, image, user, start):
        self.host, self.pid, self.image, self.user = host, pid, image, user
        self.guid = guid(host, pid, image, start)
        self.command = image


class Sysmon:
    """Sysmon on one host. Each method is one event; the list `records` collects them."""

    def __init__(self, host, dice):
        self.host, self.dice = host, dice
        self.records = []
        self.pids = set()

    def add(self, time, event_id, version, data, attack):
        data = {"RuleName": "-", "UtcTime": utc(time), **data}
        self.records.append(event(time, self.host, SYSMON, SYSMON + "/Operational", event_id, data,
                                  4, event_id, version, process=3180, user=SYSTEM, attack=attack))

    def existing(self, image, user, pid=None):
        """A process that was there before the log begins."""
        while pid is None or pid in self.pids:
            pid = self.dice.int(200, 2800) * 4
        self.pids.add(pid)
        return Process(self.host, pid, image, user, "before")

    def start(self, time, parent, image, command, user=None, integrity=None, attack=False,
              about=None, folder=None):
        """Event 1."""
        user = user or parent.user
        p = self.existing(image, user)
        p.command = command
        name = image.rsplit("\\", 1)[-1]
        description, original = about or ABOUT.get(name.lower(), (name, name))
        system = user.domain != "CORP"
        self.add(time, 1, 5, {
            "ProcessGuid": p.guid, "ProcessId": p.pid, "Image": image,
            "FileVersion": "10.0.22631.3527", "Description": description,
            "Product": "Microsoft® Windows® Operating System" if image.startswith(WINDOWS) else description,
            "Company": "Microsoft Corporation" if image.startswith(WINDOWS) else "-",
            "OriginalFileName": original, "CommandLine": command,
            "CurrentDirectory": folder or (SYSTEM32 if system else "C:\\Users\\%s\\" % user.name),
            "User": str(user), "LogonGuid": guid("session", user),
            "LogonId": "0x3e7" if system else "0x8f2a1", "TerminalSessionId": 0 if system else 1,
            "IntegrityLevel": integrity or ("System" if system else "Medium"),
            "Hashes": "SHA256=" + sha256("file", image.lower()), "ParentProcessGuid": parent.guid,
            "ParentProcessId": parent.pid, "ParentImage": parent.image,
            "ParentCommandLine": parent.command, "ParentUser": str(parent.user)}, attack)
        return p

    def of(self, p, **more):
        return {"ProcessGuid": p.guid, "ProcessId": p.pid, "Image": p.image, **more, "User": str(p.user)}

    def connect(self, time, p, address, port, name="-", attack=False):
        """Event 3, outgoing TCP."""
        self.add(time, 3, 5, {
            "ProcessGuid": p.guid, "ProcessId": p.pid, "Image": p.image, "User": str(p.user),
            "Protocol": "tcp", "Initiated": "true", "SourceIsIpv6": "false",
            "SourceIp": "10.20.4.31", "SourceHostname": self.host + ".corp.example",
            "SourcePort": self.dice.int(49700, 64000), "SourcePortName": "-",
            "DestinationIsIpv6": "false", "DestinationIp": address, "DestinationHostname": name,
            "DestinationPort": port, "DestinationPortName": "https" if port == 443 else "-"}, attack)

    def load(self, time, p, library, company="Microsoft Corporation", attack=False):
        """Event 7 of a signed library."""
        self.add(time, 7, 3, self.of(
            p, ImageLoaded=library, FileVersion="10.0.22631.3527", Description="-", Product="-",
            Company=company, OriginalFileName=library.rsplit("\\", 1)[-1],
            Hashes="SHA256=" + sha256("file", library.lower()), Signed="true", Signature=company,
            SignatureStatus="Valid"), attack)

    def access(self, time, source, target, granted, trace, attack=False):
        """Event 10."""
        self.add(time, 10, 3, {
            "SourceProcessGUID": source.guid, "SourceProcessId": source.pid,
            "SourceThreadId": source.pid + 8, "SourceImage": source.image,
            "TargetProcessGUID": target.guid, "TargetProcessId": target.pid,
            "TargetImage": target.image, "GrantedAccess": granted, "CallTrace": trace,
            "SourceUser": str(source.user), "TargetUser": str(target.user)}, attack)

    def create(self, time, p, path, attack=False):
        """Event 11."""
        self.add(time, 11, 2, self.of(p, TargetFilename=path, CreationUtcTime=utc(time)), attack)

    def program_file(self, time, p, path, attack=False):
        """Event 29."""
        self.add(time, 29, 5, self.of(p, TargetFilename=path, Hashes="SHA256=" + sha256("file", path.lower())),
                 attack)

    def registry(self, time, p, key, details, attack=False):
        """Event 13."""
        self.add(time, 13, 2, {"EventType": "SetValue", **self.of(p, TargetObject=key, Details=details)},
                 attack)

    def query(self, time, p, name, results, attack=False):
        """Event 22."""
        self.add(time, 22, 5, self.of(p, QueryName=name, QueryStatus="0",
                                      QueryResults="::ffff:%s;" % results), attack)

    def end(self, time, p):
        """Event 5."""
        self.add(time, 5, 3, self.of(p), False)


def beat(record):
    """A flat event as Winlogbeat 8 writes it."""
    d = dict(record.data)
    system = ("Provider_Name", "Provider_Guid", "EventID", "Version", "Level", "Task", "Opcode",
              "Keywords", "TimeCreated_SystemTime", "EventRecordID", "Execution_ProcessID",
              "Execution_ThreadID", "Channel", "Computer", "Security_UserID", "_user_data")
    inner = {k: str(v) for k, v in d.items() if k not in system}
    failed = d["Keywords"] == "0x8010000000000000"
    time = record.time.strftime("%Y-%m-%dT%H:%M:%S.") + "%03dZ" % (record.time.microsecond // 1000)
    body = "user_data" if d.get("_user_data") else "event_data"
    return {
        "@timestamp": time,
        "agent": {"type": "winlogbeat", "version": "8.17.0", "hostname": "DC01"},
        "ecs": {"version": "8.0.0"},
        "event": {"code": str(d["EventID"]), "kind": "event", "provider": d["Provider_Name"],
                  "outcome": "failure" if failed else "success"},
        "host": {"name": d["Computer"]},
        "log": {"level": "information"},
        "winlog": {"channel": d["Channel"], "computer_name": d["Computer"], "event_id": str(d["EventID"]),
                   "provider_name": d["Provider_Name"], "provider_guid": d.get("Provider_Guid"),
                   "record_id": d["EventRecordID"], "keywords": ["Audit Failure" if failed else "Audit Success"],
                   "process": {"pid": d["Execution_ProcessID"], "thread": {"id": d["Execution_ThreadID"]}},
                   "api": "wineventlog", body: inner},
    }
