using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.NodeAgent.Engines;

namespace CheckpointOperator.Node.Tests.Engines;

public sealed class CriuLogTests
{
    [Fact]
    public void The_reason_is_what_went_wrong_not_that_it_went_wrong()
    {
        const string log = """
            (00.000753) Error (criu/util.c:1533): rlimit: Can't setup RLIMIT_NOFILE for self: Operation not permitted
            (00.012000) Warn  (criu/cr-dump.c:1): nothing
            (00.100000)     93: Error (criu/files-reg.c:1816): Can't lookup mount=29 for fd=1 path=/tmp/out
            (00.108854) Error (criu/cr-dump.c:2111): Dumping FAILED.
            """;
        Assert.StartsWith("Can't lookup mount=29 for fd=1 path=/tmp/out: ", CriuLog.Reason(log), StringComparison.Ordinal);
    }

    [Fact]
    public void Of_many_reasons_the_first_two_are_told_in_order_and_once() =>
        Assert.Equal("a; b", CriuLog.Reason("Error (x.c:1): a\nError (x.c:2): b\nError (x.c:2): b\nError (x.c:3): c\n"));

    [Fact]
    public void A_log_without_errors_has_no_reason() => Assert.Null(CriuLog.Reason("(00.1) Dumping finished successfully\n"));

    [Fact]
    public void A_log_of_any_length_tells_its_reason_and_its_end()
    {
        string folder = Directory.CreateTempSubdirectory().FullName;
        try
        {
            // Larger than any array: the middle is a hole.
            using (FileStream log = File.Create(Path.Combine(folder, "restore.log")))
            {
                log.Write("Error (x.c:1): the cause\n"u8);
                log.Position = 3L << 30;
                log.Write("\nRestore finished successfully\n"u8);
            }
            using RootDirectory root = RootDirectory.Open(folder);
            string read = CriuLog.Read(root, RelativePath.Parse("restore.log"));
            Assert.Equal("the cause", CriuLog.Reason(read));
            Assert.EndsWith("\nRestore finished successfully\n", read, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void A_log_that_is_not_there_is_empty()
    {
        using RootDirectory root = RootDirectory.Open("/");
        Assert.Empty(CriuLog.Read(root, RelativePath.Parse($"tmp/{Guid.NewGuid():N}")));
    }
}
