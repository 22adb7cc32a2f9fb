using System.Text;
using CheckpointOperator.Core.Archives;
using CheckpointOperator.Core.FileSystem;

namespace CheckpointOperator.Core.Tests.Corpus;

/// <summary>Each case through each operation, against a root with canaries around it.</summary>
public sealed class CorpusTests
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromSeconds(60);

    private static readonly Operation[] Operations =
        [.. Enum.GetValues<Operation>().Where(static operation => System.Numerics.BitOperations.IsPow2((int)operation))];

    public static TheoryData<AttackCase> Cases => [.. AttackCases.All];

    [Theory]
    [MemberData(nameof(Cases), DisableDiscoveryEnumeration = true)]
    public void Nothing_outside_changes_and_what_is_honest_passes(AttackCase attack)
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "only root can mount");
        var faults = new StringBuilder();
        foreach (var operation in Operations.Where(operation => operation != Operation.Steps || attack.Steps is not null))
        {
            if (Try(attack, operation) is { Length: > 0 } fault)
                faults.Append(System.Globalization.CultureInfo.InvariantCulture, $"\n{operation}: {fault}");
        }

        Assert.True(faults.Length == 0, $"{attack}{faults}");
    }

    [Fact]
    public void Every_class_has_five_attacks_and_an_honest_twin()
    {
        var cases = AttackCases.All;
        Assert.Equal(cases.Count, cases.Select(static attack => attack.ToString()).Distinct().Count());
        Assert.All(cases, static attack => Assert.True(attack.HasOutcomes, attack.ToString()));
        Assert.All(Enum.GetValues<AttackClass>(), kind =>
        {
            Assert.True(cases.Count(attack => attack.Class == kind && !attack.IsHonest) >= 5, $"{kind} has too few attacks");
            Assert.Contains(cases, attack => attack.Class == kind && attack.IsHonest);
        });
    }

    private static string Try(AttackCase attack, Operation operation)
    {
        using var scene = new Scene();
        var trial = new Trial(attack, operation, scene);
        trial.Prepare();
        scene.Remember();

        Exception? failure = null;
        long allocated = 0;
        var thread = new Thread(() =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            failure = Record.Exception(trial.Run);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        })
        { IsBackground = true };
        thread.Start();
        if (!thread.Join(TimeLimit))
            return "it hangs";

        return Judge(attack, operation, scene, trial, failure, allocated);
    }

    private static string Judge(AttackCase attack, Operation operation, Scene scene, Trial trial, Exception? failure, long allocated)
    {
        var outside = scene.ChangesOutside();
        if (outside.Length > 0)
            return $"something changed outside:{outside}";
        if (allocated > attack.MemoryLimit)
            return $"{allocated} bytes were allocated";
        if (failure is not (null or ArchiveRefusedException or FileSystemException) && !IsDocumented(operation, failure))
            return $"it failed in an undocumented way: {failure}";
        if (failure is ArchiveRefusedException refusal && (refusal.Message.Contains('\n', StringComparison.Ordinal) || refusal.Message.Any(char.IsControl)))
            return $"its message is not one printable line: {refusal.Message}";
        if (failure is ArchiveRefusedException unnamed && !IsNamed(unnamed))
            return $"it names neither entry nor reason: {unnamed.Message}";
        if (trial.Written.GetBuffer().AsSpan(0, (int)trial.Written.Length).IndexOf(Encoding.ASCII.GetBytes(Scene.Mark)) >= 0)
            return "a file from outside was read into the archive";
        if (attack.OutcomeOf(operation) is { } outcome && Mismatch(outcome, failure) is { } mismatch)
            return mismatch;
        if (WritesNothing(operation, failure) && scene.ChangesInside() is { Length: > 0 } inside)
            return $"something changed inside:{inside}";
        if (failure is null)
            return CheckWhatIsLeft(attack, operation, scene);
        return "";
    }

    private static string? Mismatch(Outcome outcome, Exception? failure) => (outcome.IsRefused, failure) switch
    {
        (false, null) => null,
        (false, _) => $"it has to pass: {failure.GetType().Name}: {failure.Message}",
        (true, ArchiveRefusedException refusal) when outcome.Reason is null || refusal.Reason == outcome.Reason => null,
        (true, null) => $"it has to be refused as {outcome.Reason} and was done",
        _ => $"it has to be refused as {outcome.Reason}: {failure.GetType().Name}: {failure.Message}",
    };

    // A file that is no file, or that changed while it was read; an overlay's renamed folder.
    private static bool IsDocumented(Operation operation, Exception failure) =>
        Operation.Write.HasFlag(operation) && failure is (IOException or NotSupportedException);

    // A missing entry has no place, a description's fault is in its text, and damaged compression may be met before any entry.
    private static bool IsNamed(ArchiveRefusedException refusal) =>
        refusal.Message.StartsWith($"archive refused: {refusal.Reason}: ", StringComparison.Ordinal)
        && (refusal.Index >= 0 || refusal.Entry.Length > 0
            || refusal.Reason is ArchiveRefusal.MissingEntry or ArchiveRefusal.InvalidJson or ArchiveRefusal.InvalidCompression or ArchiveRefusal.DecompressorMemory);

    private static bool WritesNothing(Operation operation, Exception? failure) =>
        operation is Operation.ReadRuntimeName or Operation.Inspect or Operation.InspectDiff or Operation.ReadProcesses or Operation.SearchMemory or Operation.ListChanges or Operation.ReadMetadata
        || (failure is ArchiveRefusedException && operation is (Operation.ImportWithoutConfig or Operation.ImportConfig or Operation.ImportImage))
        || (failure is ArchiveRefusedException && operation == Operation.Delete);

    private static string CheckWhatIsLeft(AttackCase attack, Operation operation, Scene scene)
    {
        var changing = attack.DeletedFiles is null ? Operation.ImportWithoutConfig | Operation.Unpack : Operation.DeleteListed;
        if (!changing.HasFlag(operation))
            return "";
        var root = scene.OpenRoot();
        foreach (var name in attack.Left)
        {
            if (!root.Exists(RelativePath.Parse(name)))
                return $"{DisplayText.Of(name)} is not there";
        }

        foreach (var name in attack.Gone)
        {
            if (root.Exists(RelativePath.Parse(name)))
                return $"{DisplayText.Of(name)} is still there";
        }

        return Record.Exception(() => attack.Check?.Invoke(operation, scene)) is { } fault ? fault.Message : "";
    }
}
