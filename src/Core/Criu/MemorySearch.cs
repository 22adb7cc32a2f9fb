namespace CheckpointOperator.Core.Criu;

/// <summary>
/// Searches memory that comes in pieces through a window of fixed size. Pieces whose addresses follow each other are one memory, so a match is found across
/// the borders of pages, areas and pieces.
/// </summary>
internal sealed class MemorySearch(MemoryPattern pattern, int context, Action<MemoryMatch> found)
{
    private readonly byte[] _bytes = new byte[(1 << 20) + pattern.MaxLength + (2 * context)];
    private readonly char[] _characters = new char[(1 << 20) + pattern.MaxLength + (2 * context)];
    private ulong _address;
    private int _count;
    private int _from;

    internal void Visit(ulong address, ReadOnlySpan<byte> bytes)
    {
        if (_count > 0 && address != _address + (ulong)_count)
            Complete();
        if (_count == 0)
            _address = address;
        while (!bytes.IsEmpty)
        {
            var taken = Math.Min(bytes.Length, _bytes.Length - _count);
            bytes[..taken].CopyTo(_bytes.AsSpan(_count));
            _count += taken;
            bytes = bytes[taken..];
            if (_count == _bytes.Length)
                Scan(isLast: false);
        }
    }

    /// <summary>Searches what is left.</summary>
    internal void Complete()
    {
        Scan(isLast: true);
        _count = 0;
        _from = 0;
    }

    private void Scan(bool isLast)
    {
        var window = _bytes.AsSpan(0, _count);
        pattern.Widen(window, _characters);
        // A match that starts later may go on, or have its surroundings, behind the window.
        var limit = isLast ? _count : _count - pattern.MaxLength - context;
        while (_from < limit && pattern.Find(window, _characters.AsSpan(0, _count), _from) is var (start, length) && length > 0 && start < limit)
        {
            var end = start + length;
            found(new MemoryMatch(
                _address + (ulong)start,
                window[start..end].ToArray(),
                window[Math.Max(0, start - context)..start].ToArray(),
                window[end..Math.Min(_count, end + context)].ToArray()));
            _from = end;
        }

        if (isLast)
            return;
        _from = Math.Max(_from, limit);
        // What stands before is kept for the next match's surroundings, a byte at least for \b.
        var gone = Math.Max(0, _from - Math.Max(context, 1));
        window[gone..].CopyTo(_bytes);
        _address += (ulong)gone;
        _count -= gone;
        _from -= gone;
    }
}
