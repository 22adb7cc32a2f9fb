namespace CheckpointOperator.Core.Archives.Tar;

/// <summary>Finds the map of a sparse file: in GNU's old header and the blocks behind it, in PAX records, or before the data.</summary>
internal sealed class SparseMapReader(TarInput input, ArchiveLimits limits)
{
    internal const byte TypeFlag = (byte)'S';

    // struct oldgnu_header and struct sparse_header of GNU tar's tar.h
    private const int HeaderRegions = 386;
    private const int HeaderCount = 4;
    private const int HeaderIsExtended = 482;
    private const int RealSize = 483;
    private const int ExtensionCount = 21;
    private const int ExtensionIsExtended = 504;
    private const int FieldLength = 12;

    // A number has at most 19 digits and its line's end.
    private const int MaxLine = 20;

    /// <summary>Reads the map of an entry of type <c>S</c>, of which only the header was read.</summary>
    internal SparseMap ReadOld(TarEntry entry, ReadOnlySpan<byte> header)
    {
        if (!TarHeader.IsGnu(header))
            throw entry.Refuse(ArchiveRefusal.InvalidHeader, "only GNU's header has room for a sparse map");
        if (!TarNumber.TryRead(header.Slice(RealSize, FieldLength), out var size) || size < 0)
            throw entry.Refuse(ArchiveRefusal.InvalidNumber, "field realsize");
        var regions = new List<SparseRegion>();
        var ended = Take(entry, header[HeaderRegions..], HeaderCount, regions);
        var isExtended = header[HeaderIsExtended] != 0;
        while (isExtended)
        {
            if (ended)
                throw entry.Refuse(ArchiveRefusal.InvalidSparseMap, "more of the map follows its end");
            if (!input.TryReadBlock(out var block))
                throw input.Truncated();
            ended = Take(entry, block, ExtensionCount, regions);
            isExtended = block[ExtensionIsExtended] != 0;
        }

        return SparseMap.Create(entry, regions, size, entry.Size);
    }

    /// <summary>Takes the map that PAX records hold, or reads the one before the data.</summary>
    internal SparseMap ReadPax(TarEntry entry, PaxSparse records)
    {
        if (!records.IsUnderstood)
            throw entry.Refuse(ArchiveRefusal.UnsupportedEntry, "a sparse file of another version than 0.0, 0.1 and 1.0");
        if (records.Size is not { } size)
            throw entry.Refuse(ArchiveRefusal.InvalidSparseMap, "the size of the file is missing");
        if (records.HasMapInData)
        {
            var regions = ReadMap(entry, out var stored);
            return SparseMap.Create(entry, regions, size, stored);
        }

        if (!records.IsComplete)
            throw entry.Refuse(ArchiveRefusal.InvalidSparseMap, "the map is missing or incomplete");
        return SparseMap.Create(entry, records.Regions!, size, entry.Size);
    }

    // Lines of one number: how many regions, then offset and length of each; filled up to a block.
    private List<SparseRegion> ReadMap(TarEntry entry, out long stored)
    {
        var block = new byte[TarHeader.BlockSize];
        var position = block.Length;
        var left = entry.Size;
        var count = ReadNumber();
        RefuseMany(entry, count);
        var regions = new List<SparseRegion>();
        for (var i = 0L; i < count; i++)
        {
            var offset = ReadNumber();
            regions.Add(new SparseRegion(offset, ReadNumber()));
        }

        stored = left;
        return regions;

        long ReadNumber()
        {
            Span<byte> line = stackalloc byte[MaxLine];
            for (var length = 0; length < line.Length; length++)
            {
                line[length] = ReadByte();
                if (line[length] == '\n')
                    return PaxSparse.TryNumber(line[..length], out var number) ? number : throw NoNumber();
            }

            throw NoNumber();
        }

        byte ReadByte()
        {
            if (position == block.Length)
            {
                if (left < block.Length)
                    throw entry.Refuse(ArchiveRefusal.InvalidSparseMap, "the data ends within the map");
                input.ReadExactly(block);
                left -= block.Length;
                position = 0;
            }

            return block[position++];
        }

        ArchiveRefusedException NoNumber() => entry.Refuse(ArchiveRefusal.InvalidSparseMap, "the map has a line that is no number");
    }

    /// <summary>Takes regions until the first that is empty, which ends the map.</summary>
    private bool Take(TarEntry entry, ReadOnlySpan<byte> fields, int count, List<SparseRegion> regions)
    {
        for (var i = 0; i < count; i++, fields = fields[(2 * FieldLength)..])
        {
            var (hasOffset, hasLength) = (fields[0] != 0, fields[FieldLength] != 0);
            if (!hasOffset && !hasLength)
                return true;
            // One reader ends the map here, another goes on.
            if (!hasOffset || !hasLength)
                throw entry.Refuse(ArchiveRefusal.InvalidSparseMap, "a region has no offset or no length");
            if (!TarNumber.TryRead(fields[..FieldLength], out var offset) || !TarNumber.TryRead(fields.Slice(FieldLength, FieldLength), out var length)
                || offset < 0 || length < 0)
                throw entry.Refuse(ArchiveRefusal.InvalidNumber, "a number of the sparse map");
            RefuseMany(entry, regions.Count + 1L);
            regions.Add(new SparseRegion(offset, length));
        }

        return false;
    }

    private void RefuseMany(TarEntry entry, long count)
    {
        if (count > limits.MaxSparseRegions)
            throw entry.Refuse(ArchiveRefusal.InvalidSparseMap, $"{count} regions, at most {limits.MaxSparseRegions} are read");
    }
}
