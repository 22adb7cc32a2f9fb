using CheckpointOperator.RestoreRuntime.Interop;

namespace CheckpointOperator.RestoreRuntime;

/// <summary>A `create` of a container whose annotations name a restore.</summary>
internal sealed class RestoringCreate(RestoreRuntimeConfiguration configuration, RuntimeInvocation invocation, RuntimeLog log)
{
    private readonly RestoredMarks _marks = new(configuration.Restored);
    private readonly DateTime _began = DateTime.UtcNow;
    private readonly string _id = invocation.Id!.Value.Text;

    /// <summary>Does what the agent decides and returns the exit code of the `create`.</summary>
    public int Run()
    {
        using var agent = new AgentConnection(configuration.Socket, configuration.TimeoutSeconds);
        var answer = agent.AskCreate(_id, invocation.Bundle, invocation.Root ?? "", configuration.Runtime);
        return answer.Action switch
        {
            "create" => throw RealRuntime.Become(configuration.Runtime, invocation.Arguments),
            "restore" => Restore(agent, answer),
            "refuse" => throw new RestoreRuntimeException(Refusal(answer)),
            _ => throw new RestoreRuntimeException(
                $"the agent answered \"{answer.Action}\", which this checkpoint-restore-runtime does not know; install the agent's own again"),
        };
    }

    private int Restore(AgentConnection agent, AgentAnswer answer)
    {
        if (!Path.IsPathRooted(answer.ImagePath) || !Path.IsPathRooted(answer.WorkPath))
        {
            throw new RestoreRuntimeException("the agent's answer \"restore\" needs imagePath and workPath, both absolute");
        }

        _marks.Begin(_id);
        // The shim's own options and stdio: what CRIU opens anew must be what the shim has on the other end.
        // crun hands CRIU no configuration file, and turns off what it has options for: so CRIU finds the file by itself, and both get the options.
        var runtimeBegan = DateTime.UtcNow;
        var exitCode = RealRuntime.Run(configuration.Runtime,
        [
            .. invocation.Globals, "restore", "--detach", "--tcp-established", "--file-locks", .. invocation.OptionsForRestore(configuration.Runtime),
            .. SecurityLabels.OptionsFor(invocation.Bundle), "--image-path", answer.ImagePath, "--work-path", answer.WorkPath, invocation.Id!.Value,
        ], answer.CriuConfig.Length == 0 ? [] : [$"CRIU_CONFIG_FILE={answer.CriuConfig}"]);
        var runtimeEnded = DateTime.UtcNow;
        var error = exitCode == 0 ? null : Reason(answer.WorkPath, exitCode);
        if (exitCode == 0)
        {
            _marks.Complete(_id);
        }

        var verdict = agent.ReportRestored(_id, exitCode, error, _began, runtimeBegan, runtimeEnded);
        if (exitCode == 0 && verdict is not { Action: "refuse" })
        {
            return 0;
        }

        log.Error(error is null ? Refusal(verdict!) : $"the container {_id} cannot be restored: {error}");
        CleanUp();
        return exitCode == 0 ? 1 : exitCode;
    }

    private string Reason(string workPath, int exitCode) =>
        CriuLog.LastErrors(workPath) is { } errors ? $"{errors} (see {workPath}/restore.log)"
        : log.LastMessage() ?? $"{configuration.Runtime} restore ended with exit code {exitCode}";

    // What is half made would stand in the way of the kubelet's next attempt.
    private void CleanUp()
    {
        using (var nothing = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.ReadWrite))
        {
            // Stdio is the container's, and its log is no place for the clean-up's complaints.
            for (var standard = 0; standard <= 2; standard++)
            {
                _ = Libc.dup2(nothing, standard);
            }
        }

        _marks.Remove(_id, invocation.StateFolder(configuration.Runtime));
        RealRuntime.Run(configuration.Runtime, [.. invocation.Globals, "--log", "/dev/null", "delete", "--force", invocation.Id!.Value]);
    }

    private string Refusal(AgentAnswer answer) => $"the restore of the container {_id} is refused ({answer.Reason}): {answer.Message}";
}
