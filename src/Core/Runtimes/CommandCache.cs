using System.ComponentModel;

namespace CheckpointOperator.Core.Runtimes;

/// <summary>
/// Runs each command once for a program that stays as it is: an answer is given again while the program's file is the same and the answer is not too
/// old, and who asks while a command runs waits for that one. A time-out is nobody's answer but theirs who waited for it.
/// </summary>
internal sealed class CommandCache(ICommandRunner runner, TimeProvider time)
{
    // Not for ever: crun's answer depends on libcriu, which it loads when it runs, and CRIU's on the kernel's modules.
    internal static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Answer> _answers = [];

    /// <summary>How the command ended; null when there is no such program or it cannot be started.</summary>
    internal async Task<CommandResult?> AskAsync(Command command, CancellationToken cancellationToken)
    {
        if (runner.Identify(command.Path) is not { } program)
            return null;
        Answer? answer;
        lock (_gate)
        {
            var question = string.Join('\0', [command.Path, .. command.Arguments]);
            if (!_answers.TryGetValue(question, out answer) || !IsGood(answer, program))
            {
                // Nobody's token: others may be waiting for it when its first asker has gone. The time limit ends it.
                var result = Task.Run(() => RunAsync(command), CancellationToken.None);
                _answers[question] = answer = new Answer(program, time.GetTimestamp(), result);
            }
        }

        return await answer.Result.WaitAsync(cancellationToken);
    }

    /// <summary>Lets every command be run anew.</summary>
    internal void Clear()
    {
        lock (_gate)
            _answers.Clear();
    }

    private bool IsGood(Answer answer, ProgramIdentity program) =>
        answer.Program == program
        && (!answer.Result.IsCompleted || (answer.Result is { IsCompletedSuccessfully: true, Result: { TimedOut: false } } && time.GetElapsedTime(answer.Asked) < MaxAge));

    private async Task<CommandResult?> RunAsync(Command command)
    {
        try
        {
            return await runner.RunAsync(command, CancellationToken.None);
        }
        catch (Win32Exception)
        {
            // Not executable, or gone since: it supports nothing.
            return null;
        }
    }

    private sealed record Answer(ProgramIdentity Program, long Asked, Task<CommandResult?> Result);
}
