using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Runtimes;
using CheckpointOperator.Core.Security;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Documentation;

/// <summary>The examples of docs/core.md about labels and runtimes: what stands between "example" and "end" stands there, too.</summary>
public sealed class RuntimeExamples : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly StringWriter _console = new();

    public void Dispose()
    {
        _console.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Make_a_log_that_a_confined_runtime_may_write()
    {
        var path = _folder.Make("bundle").DisplayPath;
        _folder.Write("bundle/config.json", """{"linux":{"mountLabel":"system_u:object_r:container_file_t:s0:c1,c2"}}""");
        var Console = _console;
        // example
        using RootDirectory bundle = RootDirectory.Open(path);
        SELinuxLabel? label = OciBundle.ReadMountLabel(bundle);
        using (LabelledFile.Create(bundle, RelativePath.Parse("restore.log"), label))
            Console.WriteLine(SELinux.IsEnabled ? $"restore.log is {label}" : "restore.log is there");
        // end
        Assert.StartsWith("restore.log is ", _console.ToString(), StringComparison.Ordinal);
        Assert.Equal("600", _folder.Shell("stat -c %a bundle/restore.log").Trim());
    }

    [Fact]
    public async Task Ask_a_runtime_and_CRIU()
    {
        _folder.Shell("""
            printf '#!/bin/sh\ncase "$1" in --version) echo runc version 1.3.0;; features) echo %s;; restore) echo flag needs an argument; exit 1;; esac\n' \
              "'"'{"ociVersionMax":"1.2.0","annotations":{"org.opencontainers.runc.checkpoint.enabled":"true"}}'"'" > runc
            printf '#!/bin/sh\ncase "$1" in --version) echo Version: 4.2;; esac\n' > criu
            chmod +x runc criu
            """);
        var (runcPath, criuPath) = (_folder["runc"], _folder["criu"]);
        var Console = _console;
        // example
        OciRuntimeProbe probe = new(new ProcessCommandRunner());
        if (await probe.ProbeAsync(runcPath) is OciRuntimeReport runtime)
        {
            OciRuntimeFeatures? features = runtime.Features;
            Console.WriteLine($"{runtime.Name} {runtime.Version}, OCI {features?.OciVersionMax}: checkpoint {runtime.Checkpoint}, into Pods {runtime.PodRestore}");
        }

        if (await probe.ProbeCriuAsync(criuPath) is CriuReport { Check: CriuCheck check } criu)
            Console.WriteLine($"CRIU {criu.Version}: {(check.Passed ? "the kernel has what it needs" : string.Join("; ", check.Problems))}");
        // end
        Assert.Equal("runc 1.3.0, OCI 1.2.0: checkpoint True, into Pods True\nCRIU 4.2: the kernel has what it needs\n", _console.ToString());
    }

#pragma warning disable CA1859 // An example of the interface.
    [Fact]
    public async Task Run_a_program()
    {
        var Console = _console;
        // example
        ICommandRunner runner = new ProcessCommandRunner();
        ProgramIdentity? program = runner.Identify("sleep");
        CommandResult result = await runner.RunAsync(new Command("sleep", "60") { Timeout = TimeSpan.FromMilliseconds(100) });
        Console.WriteLine($"{program?.Path}: {(result.TimedOut ? "killed, with all that it started" : $"exit code {result.ExitCode}")}");
        // end
        Assert.EndsWith("/sleep: killed, with all that it started\n", _console.ToString(), StringComparison.Ordinal);
    }
#pragma warning restore CA1859
}
