using System.Globalization;
using System.Numerics;

namespace CheckpointOperator.Core.Security;

/// <summary>A sensitivity and a set of categories.</summary>
/// <param name="Sensitivity">Its number.</param>
/// <param name="Categories">A bit for each category.</param>
internal readonly record struct SELinuxClearance(int Sensitivity, BigInteger Categories)
{
    // What the reference policy is built with (MLS_SENS=16, MLS_CATS=MCS_CATS=1024), and so every policy made from it.
    private const int MaxSensitivity = 15;
    private const int MaxCategory = 1023;

    internal static SELinuxClearance? Read(string text, out string? fault)
    {
        var parts = text.Split(':', 2);
        if (Number(parts[0], 's', MaxSensitivity) is not { } sensitivity)
        {
            fault = $"'{parts[0]}' is no sensitivity from s0 to s{MaxSensitivity}";
            return null;
        }

        var categories = BigInteger.Zero;
        foreach (var set in parts.Length < 2 ? [] : parts[1].Split(','))
        {
            var ends = set.Split('.');
            if (ends.Length > 2 || Number(ends[0], 'c', MaxCategory) is not { } first || Number(ends[^1], 'c', MaxCategory) is not { } last)
            {
                fault = $"'{set}' is no category from c0 to c{MaxCategory}, and no range of them such as c0.c3";
                return null;
            }

            if (ends.Length == 2 && first >= last)
            {
                fault = $"the range '{set}' does not go upwards";
                return null;
            }

            categories |= ((BigInteger.One << (last - first + 1)) - 1) << first;
        }

        fault = null;
        return new SELinuxClearance(sensitivity, categories);
    }

    internal bool Dominates(SELinuxClearance other) => Sensitivity >= other.Sensitivity && (other.Categories & ~Categories).IsZero;

    /// <inheritdoc/>
    public override string ToString()
    {
        var sets = new List<string>();
        for (var first = 0; first <= MaxCategory; first++)
        {
            if (!Has(first))
                continue;
            var last = first;
            while (Has(last + 1))
                last++;
            // The kernel writes two neighbours as c1,c2 and three as c1.c3.
            sets.Add(last == first ? $"c{first}" : last == first + 1 ? $"c{first},c{last}" : $"c{first}.c{last}");
            first = last;
        }

        return sets.Count == 0 ? $"s{Sensitivity}" : $"s{Sensitivity}:{string.Join(',', sets)}";
    }

    private bool Has(int category) => !(Categories >> category).IsEven;

    // Names, not numbers, to the kernel: s00 is not s0.
    private static int? Number(string text, char kind, int max) =>
        text.Length is > 1 and <= 5 && text[0] == kind && (text.Length == 2 || text[1] != '0')
        && int.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= max
            ? number
            : null;
}
