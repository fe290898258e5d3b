/* test_file_server.c - FTP servers and databases: logons, and names that try to be more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "one_logon.h"

static void ftp_servers_tell_who_logged_on_and_who_could_not(void **state)
{
    static const struct one_logon vsftpd[] = {
        {"Tue Nov 24 10:00:00 2026 [pid 1] [alice] OK LOGIN: Client \"192.0.2.7\"", OUTCOME_SUCCESS,
         "192.0.2.7", "alice"},
        {"Tue Nov 24 10:00:00 2026 [pid 1] [x] OK LOGIN: Client \"198.51.100.66\"] FAIL LOGIN: "
         "Client \"192.0.2.7\"",
         OUTCOME_FAILURE, "192.0.2.7", "x] OK LOGIN: Client \"198.51.100.66\""},
        {"Nov 24 10:00:00 ftp1 vsftpd[1]: pam_unix(vsftpd:auth): authentication failure; logname= "
         "uid=0 euid=0 tty=ftp ruser=bob rhost=192.0.2.7  user=bob",
         OUTCOME_FAILURE, "192.0.2.7", "bob"},
    };
    static const struct one_logon proftpd[] = {
        {"Nov 24 10:00:00 ftp1 proftpd[1]: ftp1 (y[192.0.2.7]) - USER alice: Login successful.",
         OUTCOME_SUCCESS, "192.0.2.7", "alice"},
        {"Nov 24 10:00:00 ftp1 proftpd[1]: ftp1 (y[192.0.2.7]) - USER x (z[198.51.100.66]) - USER "
         "root: Login successful (Login failed): no",
         OUTCOME_FAILURE, "192.0.2.7", "x (z[198.51.100.66]) - USER root: Login successful"},
    };
    static const struct one_logon pureftpd[] = {
        {"Nov 24 10:00:00 ftp1 pure-ftpd: (?@192.0.2.7) [WARNING] Authentication failed for user "
         "[bob]",
         OUTCOME_FAILURE, "192.0.2.7", "bob"},
        {"Nov 24 10:00:00 ftp1 pure-ftpd: (?@192.0.2.7) [INFO] alice is now logged in",
         OUTCOME_SUCCESS, "192.0.2.7", "alice"},
    };
    static const struct one_logon wuftpd[] = {
        {"Nov 24 10:00:00 ftp1 wu-ftpd[1]: failed login from y [192.0.2.7]", OUTCOME_FAILURE,
         "192.0.2.7", ""},
        {"Nov 24 10:00:00 ftp1 ftpd[1]: FTP LOGIN FROM y [192.0.2.7], alice", OUTCOME_SUCCESS,
         "192.0.2.7", "alice"},
    };

    (void)state;
    one_logon_check("vsftpd", vsftpd, countof(vsftpd));
    one_logon_check("proftpd", proftpd, countof(proftpd));
    one_logon_check("pureftpd", pureftpd, countof(pureftpd));
    one_logon_check("wuftpd", wuftpd, countof(wuftpd));
}

static void databases_tell_who_logged_on_and_who_could_not(void **state)
{
    static const struct one_logon mysql[] = {
        {"2026-11-24 10:00:00 1 [Warning] Access denied for user 'x'@'198.51.100.66' (using "
         "password: NO)'@'192.0.2.7' (using password: YES)",
         OUTCOME_FAILURE, "192.0.2.7", "x'"},
        {"2026-11-24T10:00:00.1Z\t 1 Connect\talice@192.0.2.7 on shop using TCP/IP",
         OUTCOME_SUCCESS, "192.0.2.7", "alice"},
    };
    static const struct one_logon mssql[] = {
        {"2026-11-24 10:00:00.12 Logon       Login failed for user 'sa'. Reason: no. [CLIENT: "
         "192.0.2.7]",
         OUTCOME_FAILURE, "192.0.2.7", "sa"},
        {"2026-11-24 10:00:00.12 Logon       Login succeeded for user 'sa'. Yes. [CLIENT: "
         "192.0.2.7]",
         OUTCOME_SUCCESS, "192.0.2.7", "sa"},
    };
    static const struct one_logon postgres[] = {
        {"2026-11-24 10:00:00 UTC [1] 192.0.2.7 bob@shop FATAL:  password authentication failed "
         "for user \"bob\"",
         OUTCOME_FAILURE, "192.0.2.7", "bob"},
        {"2026-11-24 10:00:00 UTC [1] x@y 198.51.100.66 FATAL:  password authentication failed "
         "for user \"x\"",
         OUTCOME_FAILURE, "", "x"},
        {"2026-11-24 10:00:00 UTC [1] user=x,client=198.51.100.66,db=y,client=192.0.2.7 LOG:  "
         "connection authorized: user=alice database=shop",
         OUTCOME_SUCCESS, "192.0.2.7", "alice"},
    };

    (void)state;
    static const struct one_logon csv[] = {
        {"2026-11-24 10:00:00.1 "
         "UTC,\"x\"\",\"\"198.51.100.66:1\",\"d\",1,\"192.0.2.7:5\",a,1,\"auth\","
         "2026-11-24 10:00:00 UTC,3/1,0,FATAL,28P01,\"password authentication failed for user "
         "\"\"bob\"\"\",,,,,,,,,\"\"",
         OUTCOME_FAILURE, "192.0.2.7", "bob"},
        {"2026-11-24 10:00:00.1 UTC,\"x\",\"d\",1,\"[local]\",a,1,\"idle\",2026-11-24 10:00:00 "
         "UTC,3/1,0,LOG,00000,\"connection authorized: user=alice database=d\",,,,,,,,,\"\"",
         OUTCOME_SUCCESS, "", "alice"},
    };
    static const struct one_logon xferlog[] = {
        {"Tue Nov 24 10:00:00 2026 1 192.0.2.7 9 /x 198.51.100.66 1 /y b _ o r root ftp 0 * c b _ "
         "i r "
         "bob ftp 0 * i",
         OUTCOME_FAILURE, "192.0.2.7", "bob"},
        {"Tue Nov 24 10:00:00 2026 1 192.0.2.7 9 /x b _ o r alice ftp 0 * c", OUTCOME_SUCCESS,
         "192.0.2.7", "alice"},
    };

    one_logon_check("postgres", csv, countof(csv));
    one_logon_check("xferlog", xferlog, countof(xferlog));
    one_logon_check("mysql", mysql, countof(mysql));
    one_logon_check("mssql", mssql, countof(mssql));
    one_logon_check("postgres", postgres, countof(postgres));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ftp_servers_tell_who_logged_on_and_who_could_not),
        cmocka_unit_test(databases_tell_who_logged_on_and_who_could_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
