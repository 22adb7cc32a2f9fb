using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.Tests.Support;

namespace CheckpointOperator.Core.Tests.Corpus;

/// <summary>
/// One thing that an archive can try, or its honest twin: what looks alike and has to pass. What no outcome is stated for may be done or refused, in a
/// documented way and without an effect outside.
/// </summary>
public sealed class AttackCase
{
    /// <summary>An honest configuration, behind the case's own entries where it brings none.</summary>
    internal const string Config = """{"id":"0123","name":"container","runtime":"runc"}""";

    internal const string Specification = """{"annotations":{"io.container.manager":"libpod"}}""";

    private readonly Dictionary<Operation, Outcome> _outcomes = [];

    private AttackCase(AttackClass kind, string name, bool isHonest) => (Class, Name, IsHonest) = (kind, name, isHonest);

    public AttackClass Class { get; }

    public string Name { get; }

    public bool IsHonest { get; }

    /// <summary>The limits that hold.</summary>
    public ArchiveLimits Limits { get; private set; } = ArchiveLimits.Default;

    /// <summary>Bytes that an operation may allocate.</summary>
    public long MemoryLimit { get; private set; } = 48 << 20;

    /// <summary>Names that are in the root once the case was unpacked.</summary>
    public IReadOnlyList<string> Left { get; private set; } = [];

    /// <summary>Names that are not.</summary>
    public IReadOnlyList<string> Gone { get; private set; } = [];

    /// <summary>What else was prepared in the scene before it is remembered.</summary>
    public Action<Scene>? Preparation { get; private set; }

    /// <summary>What else has to hold once an operation was done.</summary>
    public Action<Operation, Scene>? Check { get; private set; }

    /// <summary>What the case itself does, its assertions in it.</summary>
    public Action<Scene>? Steps { get; private set; }

    /// <summary>The list for <see cref="Operation.Delete"/>; null: every name of the entries and what lies behind them.</summary>
    public Func<Scene, byte[]>? DeletedFiles { get; private set; }

    /// <summary>A whole tar, as a diff.</summary>
    public Func<Scene, byte[]> Diff { get; private set; } = static _ => new HandmadeTar().Finish();

    /// <summary>The whole checkpoint archive.</summary>
    public Func<Scene, byte[]> Archive { get; private set; } = static _ => Whole(new HandmadeTar());

    /// <summary>Names of the entries, to be deleted and labelled.</summary>
    public Func<Scene, IReadOnlyList<string>> EntryNames { get; private set; } = static _ => [];

    /// <summary>Whether anything is stated.</summary>
    public bool HasOutcomes => _outcomes.Count > 0;

    public static AttackCase Attack(AttackClass kind, string name) => new(kind, name, isHonest: false);

    public static AttackCase Honest(AttackClass kind, string name) => new(kind, name, isHonest: true);

    /// <summary>Entries, alone as a diff and with an honest configuration behind them as a checkpoint.</summary>
    public AttackCase Entries(Func<HandmadeTar, HandmadeTar> add) => Entries((tar, _) => add(tar));

    /// <inheritdoc cref="Entries(Func{HandmadeTar, HandmadeTar})"/>
    public AttackCase Entries(Func<HandmadeTar, Scene, HandmadeTar> add)
    {
        Diff = scene => add(new HandmadeTar(), scene).Finish();
        Archive = scene => Whole(add(new HandmadeTar(), scene));
        EntryNames = scene => add(new HandmadeTar(), scene).Names;
        return this;
    }

    /// <summary>Entries that bring their own config.dump and spec.dump, or lack them on purpose.</summary>
    public AttackCase AllEntries(Func<HandmadeTar, Scene, HandmadeTar> add)
    {
        Entries(add);
        Archive = Diff;
        return this;
    }

    /// <inheritdoc cref="AllEntries(Func{HandmadeTar, Scene, HandmadeTar})"/>
    public AttackCase AllEntries(Func<HandmadeTar, HandmadeTar> add) => AllEntries((tar, _) => add(tar));

    /// <summary>A checkpoint archive made elsewhere, which is the diff too.</summary>
    public AttackCase Whole(Func<Scene, byte[]> archive)
    {
        (Diff, Archive) = (archive, archive);
        return this;
    }

    /// <summary>What becomes of the bytes of both the diff and the checkpoint.</summary>
    public AttackCase Packed(Func<byte[], byte[]> pack)
    {
        var (diff, archive) = (Diff, Archive);
        Diff = scene => pack(diff(scene));
        Archive = scene => pack(archive(scene));
        return this;
    }

    public AttackCase Deletes(Func<Scene, byte[]> list)
    {
        DeletedFiles = list;
        return this;
    }

    public AttackCase Deletes(string json) => Deletes(_ => System.Text.Encoding.UTF8.GetBytes(json));

    public AttackCase Within(ArchiveLimits limits)
    {
        Limits = limits;
        return this;
    }

    public AttackCase Allocating(long bytes)
    {
        MemoryLimit = bytes;
        return this;
    }

    public AttackCase On(Action<Scene> prepare)
    {
        Preparation = prepare;
        return this;
    }

    public AttackCase Refused(ArchiveRefusal reason, Operation by = Operation.LookAtEntries) => State(by, new Outcome(true, reason));

    /// <summary>Refused, for a reason that depends on where exactly the damage is.</summary>
    public AttackCase Refused(Operation by = Operation.ReadEntries) => State(by, new Outcome(true, null));

    public AttackCase Accepted(Operation by = Operation.ReadEntries) => State(by, default);

    /// <summary>Does something of its own, which has to go as it asserts.</summary>
    public AttackCase Does(Action<Scene> steps)
    {
        Steps = steps;
        return Accepted(Operation.Steps);
    }

    public AttackCase Leaves(params string[] names)
    {
        Left = names;
        return this;
    }

    public AttackCase Removes(params string[] names)
    {
        Gone = names;
        return this;
    }

    public AttackCase Holds(Action<Operation, Scene> check)
    {
        Check = check;
        return this;
    }

    /// <summary>What one operation has to make of it; null: any documented end.</summary>
    public Outcome? OutcomeOf(Operation operation) => _outcomes.TryGetValue(operation, out var outcome) ? outcome : null;

    public override string ToString() => $"{(int)Class:D2} {Class}, {(IsHonest ? "honest" : "attack")}: {Name}";

    private static byte[] Whole(HandmadeTar entries) => entries.File("config.dump", Config).File("spec.dump", Specification).Finish();

    private AttackCase State(Operation operations, Outcome outcome)
    {
        foreach (var operation in Enum.GetValues<Operation>())
        {
            if (System.Numerics.BitOperations.IsPow2((int)operation) && operations.HasFlag(operation))
                _outcomes[operation] = outcome;
        }

        return this;
    }
}
