using System.Diagnostics;
using CheckpointOperator.Core.Archives;

namespace CheckpointOperator.Fuzz;

/// <summary>A part of Core that is given any bytes at all.</summary>
/// <param name="Name">What it is called on the command line.</param>
/// <param name="Corpora">The folders of the corpus whose files it is given first.</param>
/// <param name="Dictionary">The dictionary of words that its inputs are made of.</param>
/// <param name="Run">Takes an input. It throws what the code under test documents, or a finding.</param>
internal sealed record FuzzTarget(string Name, string[] Corpora, string Dictionary, Action<byte[]> Run)
{
    /// <summary>The exceptions that the code under test documents.</summary>
    internal Type[] Refusals { get; init; } = [typeof(ArchiveRefusedException)];

    /// <summary>Runs one input. What comes out is a finding: an exception that is not documented, too much time or memory, a broken rule.</summary>
    internal void Execute(byte[] input)
    {
        if (input.Length > FuzzLimits.MaxInputBytes)
            return;
        var allocatedBefore = GC.GetAllocatedBytesForCurrentThread();
        var clock = Stopwatch.StartNew();
        try
        {
            Run(input);
        }
        catch (Exception e) when (IsRefusal(e))
        {
            // The honest end of most inputs.
        }

        if (clock.Elapsed > FuzzLimits.MaxTime)
            throw new FindingException($"{input.Length} bytes took {clock.Elapsed}, at most {FuzzLimits.MaxTime} are expected");
        var allocated = GC.GetAllocatedBytesForCurrentThread() - allocatedBefore;
        if (allocated > FuzzLimits.MaxAllocatedBytes)
            throw new FindingException($"{input.Length} bytes made {allocated} bytes be allocated, at most {FuzzLimits.MaxAllocatedBytes} are expected");
    }

    private bool IsRefusal(Exception exception)
    {
        if (!Array.Exists(Refusals, type => type.IsInstanceOfType(exception)))
            return false;
        if (exception is ArchiveRefusedException refused)
            CheckRefusal(refused);
        return true;
    }

    // Refusals go to logs, Events and status: one line, a reason that has a name, no end of it.
    internal static void CheckRefusal(ArchiveRefusedException refused)
    {
        if (!Enum.IsDefined(refused.Reason))
            throw new FindingException($"the refusal has the reason {(int)refused.Reason}, which has no name", refused);
        if (refused.Message.Any(char.IsControl) || refused.Message.Length > 4096)
            throw new FindingException($"the refusal's message is no short line of text: {refused.Message.Length} characters", refused);
    }
}
