namespace CheckpointOperator.Core.Benchmark;

/// <summary>Something to be done, by our program and by others.</summary>
internal abstract class Work(Settings settings)
{
    private const long ProgramMemory = 64L << 20;

    // A small file with its inode and name, and what archives it.
    private const long EntryMemory = 16L << 10;

    /// <summary>Its name in tables and on the command line.</summary>
    internal abstract string Name { get; }

    /// <summary>The ways it is done, ours first. Asked for once the inputs are made.</summary>
    internal abstract IReadOnlyList<Way> Ways(string inputs);

    /// <summary>What ours should reach.</summary>
    internal abstract IReadOnlyList<Target> Targets { get; }

    /// <summary>Number of entries that each run handles, by which its system calls are divided.</summary>
    internal abstract long Entries { get; }

    /// <summary>Bytes of memory that a run is the first to touch: what it writes, and its own.</summary>
    internal virtual long NewMemory => (Settings.Smoke ? 0 : ProgramMemory) + (Entries * EntryMemory);

    /// <summary>Whether a run leaves so many files that removing them between runs would slow down the next ones on a disk's file system.</summary>
    internal virtual bool HasManyFiles => false;

    /// <summary>How many times as often as asked for each way is measured: what is short varies more.</summary>
    internal virtual int Repeats => 1;

    /// <summary>How often each way is measured, where that is not left to the command line.</summary>
    internal virtual int? Rounds => null;

    /// <summary>Under which name the inputs are made; works of one name share them.</summary>
    internal virtual string InputsName => Name;

    protected Settings Settings { get; } = settings;

    /// <summary>Makes what all runs read, by the seed alone.</summary>
    /// <param name="inputs">An empty folder.</param>
    internal abstract void MakeInputs(string inputs);

    /// <summary>Our program with arguments.</summary>
    protected string[] Agent(params string[] arguments) => [Settings.Agent, .. arguments];
}
