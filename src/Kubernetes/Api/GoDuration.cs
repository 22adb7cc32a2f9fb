using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace CheckpointOperator.Kubernetes.Api;

/// <summary>Durations as Go and so Kubernetes write them: <c>90s</c>, <c>1.5h</c>, <c>2h45m</c>, <c>500ms</c>.</summary>
public static class GoDuration
{
    private static readonly (string Unit, decimal Ticks)[] Units =
    [
        ("ns", 0.01m),
        ("us", TimeSpan.TicksPerMicrosecond),
        ("µs", TimeSpan.TicksPerMicrosecond),
        ("μs", TimeSpan.TicksPerMicrosecond),
        ("ms", TimeSpan.TicksPerMillisecond),
        ("s", TimeSpan.TicksPerSecond),
        ("m", TimeSpan.TicksPerMinute),
        ("h", TimeSpan.TicksPerHour),
    ];

    /// <summary>Reads a duration that is zero or more; a sign, a number without a unit (but 0) and what does not fit are refused.</summary>
    /// <param name="text">The duration.</param>
    /// <param name="duration">What it says.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, out TimeSpan duration)
    {
        duration = default;
        if (string.IsNullOrEmpty(text))
            return false;
        if (text == "0")
            return true;

        decimal ticks = 0;
        for (ReadOnlySpan<char> rest = text; rest.Length > 0;)
        {
            int digits = LengthOf(rest, c => char.IsAsciiDigit(c) || c == '.');
            if (!decimal.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal number))
                return false;
            rest = rest[digits..];

            int letters = LengthOf(rest, c => !char.IsAsciiDigit(c) && c != '.');
            if (!TryFindUnit(rest[..letters], out decimal unit) || number > long.MaxValue / unit)
                return false;
            rest = rest[letters..];

            ticks += number * unit;
            if (ticks > long.MaxValue)
                return false;
        }

        duration = TimeSpan.FromTicks((long)ticks);
        return true;
    }

    private static int LengthOf(ReadOnlySpan<char> text, Func<char, bool> matches)
    {
        int length = 0;
        while (length < text.Length && matches(text[length]))
            length++;
        return length;
    }

    private static bool TryFindUnit(ReadOnlySpan<char> name, out decimal ticks)
    {
        foreach ((string unit, decimal value) in Units)
        {
            if (name.SequenceEqual(unit))
            {
                ticks = value;
                return true;
            }
        }

        ticks = 0;
        return false;
    }
}
