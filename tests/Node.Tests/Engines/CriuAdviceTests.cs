using CheckpointOperator.NodeAgent.Engines;

namespace CheckpointOperator.Node.Tests.Engines;

/// <summary>The lines are from logs of real dumps and restores, with CRIU 4.2.1.</summary>
public sealed class CriuAdviceTests
{
    [Theory]
    [InlineData("(00.095243) Error (criu/files-ext.c:94): Can't dump file 14 of that type [600] (unknown anon_inode:[io_uring])", "io_uring")]
    [InlineData("(00.120428) Error (criu/files-ext.c:94): Can't dump file 3 of that type [600] (anon anon_inode:[userfaultfd])", "userfaultfd")]
    [InlineData("(00.111701) Error (criu/files-ext.c:94): Can't dump file 3 of that type [20600] (chr 10:229)", "a device mostly: close it")]
    [InlineData("(00.103003) Error (criu/namespaces.c:460): Can't dump nested pid namespace for 4551", "unshare --pid")]
    [InlineData("(00.162923) Error (criu/net.c:3009): net: Unable to dump more than one netns if the --emptyns is set", "unshare --net")]
    [InlineData("(00.111373) Error (criu/sk-inet.c:137): inet: Unsupported proto 262 for socket 7f6e87", "GODEBUG=multipathtcp=0")]
    [InlineData("(00.112361) Error (criu/files-reg.c:1790): Can't lookup mount=1234 for fd=3 path=/kinds", "a POSIX message queue")]
    [InlineData("(00.176813) Error (criu/fsnotify.c:284): fsnotify: \tCan't dump that handle", "inotify")]
    [InlineData("(00.102476) Error (criu/seize.c:335): zombie 4349 (comm sleep) found while seizing", "strace: detach it")]
    [InlineData("(00.103311) Error (criu/sk-unix.c:874): unix: External socket is used. Consider using --ext-unix-sk option.", "outside the container")]
    [InlineData("(00.104120) Error (criu/sk-unix.c:351): unix: Unix socket 9899500 not found", "outside the container")]
    [InlineData("(00.099371) Error (criu/proc_parse.c:3): Can't get rlimit 0: Operation not permitted", "CAP_SYS_RESOURCE")]
    [InlineData("(00.034712)      1: Error (criu/files-reg.c:2287): Can't open file dev/shm/mapped on restore: No such file or directory", "with the volumes that the container had")]
    [InlineData("(00.034712)      1: Error (criu/files-reg.c:2329): File . has bad mode 040555 (expect 040755)", "the image that the container had")]
    public void What_a_person_can_do_stands_behind_CRIUs_words(string line, string advice)
    {
        string reason = CriuLog.Reason($"(00.000831) Error (criu/util.c:1534): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted\n{line}\n"
            + "(00.112376) Error (criu/cr-dump.c:1545): Dump files (pid: 4136) failed with -1\n(00.174437) Error (criu/cr-dump.c:1975): Dumping FAILED.\n")!;
        string words = line[(line.IndexOf("): ", StringComparison.Ordinal) + 3)..].Trim().TrimEnd('.');
        Assert.StartsWith($"{words}: ", reason, StringComparison.Ordinal);
        Assert.Contains(advice, reason[words.Length..], StringComparison.Ordinal);
        Assert.DoesNotContain("failed with -1", reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_not_known_is_told_in_CRIUs_words_alone() =>
        Assert.Equal("something new", CriuLog.Reason("(00.1) Error (criu/new.c:1): something new\n"));
}
