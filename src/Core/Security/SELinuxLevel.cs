namespace CheckpointOperator.Core.Security;

/// <summary>
/// The level of a label, or its range from a low to a high one: <c>s0</c>, <c>s0:c1,c5.c9</c>, <c>s0-s15:c0.c1023</c>. Written as the kernel's
/// mls_context_to_sid reads it and its mls_sid_to_context writes it (security/selinux/ss/mls.c); names that mcstransd makes up are for people only.
/// </summary>
internal sealed record SELinuxLevel(SELinuxClearance Low, SELinuxClearance High)
{
    /// <summary>Reads a level or range; what is wrong with it is in <paramref name="fault"/>.</summary>
    internal static SELinuxLevel? Read(string text, out string? fault)
    {
        var ends = text.Split('-');
        if (ends.Length > 2)
        {
            fault = $"'{text}' has more than a low and a high level";
            return null;
        }

        if (SELinuxClearance.Read(ends[0], out fault) is not { } low || SELinuxClearance.Read(ends[^1], out fault) is not { } high)
            return null;
        if (high.Dominates(low))
            return new SELinuxLevel(low, high);
        fault = $"the high level '{ends[1]}' does not hold the low level '{ends[0]}'";
        return null;
    }

    /// <summary>The level as the kernel writes it.</summary>
    public override string ToString() => Low == High ? Low.ToString() : $"{Low}-{High}";
}
