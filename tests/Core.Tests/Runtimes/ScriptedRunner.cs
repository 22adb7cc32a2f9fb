using CheckpointOperator.Core.FileSystem;
using CheckpointOperator.Core.Runtimes;

namespace CheckpointOperator.Core.Tests.Runtimes;

/// <summary>Answers in a program's place, so that a test decides when and how it ends; the program's file is whatever the test says.</summary>
internal sealed class ScriptedRunner : ICommandRunner
{
    private readonly List<string> _asked = [];

    public required Func<IReadOnlyList<string>, Task<CommandResult>> Answer { get; set; }

    public ProgramIdentity? Program { get; set; } = new("/runc", 1, 2, 3, default, default);

    /// <summary>The commands that were run.</summary>
    public IReadOnlyList<string> Asked
    {
        get
        {
            lock (_asked)
                return [.. _asked];
        }
    }

    public ProgramIdentity? Identify(string program) => Program;

    public Task<CommandResult> RunAsync(Command command, CancellationToken cancellationToken = default)
    {
        lock (_asked)
            _asked.Add(string.Join(' ', command.Arguments));
        return Answer(command.Arguments);
    }

    internal static UnixTime At(long seconds) => new(seconds, 0);
}
