namespace CheckpointOperator.NodeAgent.Engines;

/// <summary>What a person does about what CRIU cannot take or restore, by what its log says.</summary>
internal static class CriuAdvice
{
    private const string UnixSocket = "a Unix socket is connected with a process outside the container: close the connection before the checkpoint";
    private const string IoUring = "the program uses io_uring, which CRIU cannot take: switch it off in the program, or forbid it by the Pod's seccomp profile (docs/compatibility.md)";

    // The first that matches is told, so what is special stands before what is general. The words are CRIU 4's, from its source and from logs of real dumps.
    private static readonly (string Said, string Advice)[] Table =
    [
        ("[io_uring]", IoUring),
        ("Can't retrieve FDs from socket", IoUring),
        ("[userfaultfd]", "the program handles page faults itself (userfaultfd), which CRIU cannot take: switch that off in the program, or checkpoint it while it does not"),
        ("Unsupported proto 262", "the program has a Multipath TCP socket, as servers written in Go have by default: set the variable GODEBUG=multipathtcp=0 in the container"),
        ("inet: Unsupported proto", "the program has a socket of a protocol other than TCP, UDP and ICMP, which CRIU cannot take: close it before the checkpoint"),
        ("of that type [", "the program has a file of a kind open that CRIU cannot take, a device mostly: close it before the checkpoint"),
        ("Can't dump nested pid namespace", "a process has a pid namespace of its own (a container in the container, a browser's sandbox, unshare --pid): end it, or run the program without"),
        ("Unable to dump more than one netns", "a process has a network namespace of its own (a container in the container, a browser's sandbox, unshare --net): end it, or run the program without"),
        ("Can't lookup mount=", "an open file lies on nothing that is mounted in the container: a POSIX message queue, or a file that another container handed over; close it before the checkpoint"),
        ("found while seizing", "a process ends all the time or is traced by another one, a debugger or strace: detach it, or try again"),
        ("External socket is used", UnixSocket),
        ("unix: Unix socket ", UnixSocket),
        ("fsnotify: ", "the program watches a file or folder (inotify) that CRIU cannot find again, because it was deleted or lies on a file system that is not looked through: watch a folder of a volume, or end the watch before the checkpoint"),
        ("Can't get rlimit", "CRIU needs CAP_SYS_RESOURCE on the node for processes of other users than root"),
        ("Can't bind inet socket", "the program listens on an address that the Pod does not have: let it listen on all addresses (0.0.0.0, ::)"),
        ("Connected TCP socket in image", "the runtime was not told what to do with open connections: the restore has to go through the restore runtime of this operator"),
        (" has bad ", "the file was changed, or is another one in this Pod: restore with the volumes and the image that the container had"),
        ("build-ID of the file", "a program or library is not the one that the process was started with: restore with the image that the container had"),
        ("Can't open file ", "a file that the process had open is not in the Pod: restore with the volumes that the container had"),
        ("Cannot allocate memory", "memory is short: raise the container's limit in the restore's template, or free memory on the node"),
        ("No space left on device", "the disk is full: free space on the node"),
    ];

    /// <summary>What to do; null where nothing is known.</summary>
    /// <param name="errors">What CRIU called errors, in order.</param>
    public static string? For(IReadOnlyCollection<string> errors) =>
        Table.FirstOrDefault(row => errors.Any(error => error.Contains(row.Said, StringComparison.Ordinal))).Advice;
}
