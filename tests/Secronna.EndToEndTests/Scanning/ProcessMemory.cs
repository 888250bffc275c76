using System.Globalization;
using System.Text;

namespace Secronna.EndToEndTests.Scanning;

/// <summary>A mapping of a process's memory, as <c>/proc/PID/maps</c> lists it.</summary>
internal sealed record Mapping(long Start, long End, string Description);

/// <summary>
/// Searches all readable memory of another process. Only root may do so, and the owner of the process if the process is dumpable.
/// </summary>
internal sealed class ProcessMemory(int processId)
{
    private const int PageSize = 4_096;
    private const int PieceSize = 1 << 20;

    public long BytesRead { get; private set; }

    public List<(Hit Hit, Mapping Mapping)> Find(NeedleSet needles)
    {
        using var memory = File.OpenHandle($"/proc/{processId}/mem");
        var found = new List<(Hit, Mapping)>();
        // Pieces overlap by one byte less than a window, so that no window is missed between two pieces.
        var buffer = new byte[PieceSize + NeedleSet.Window - 1];
        foreach (var mapping in Mappings())
        {
            var hits = new List<Hit>();
            for (var at = mapping.Start; at < mapping.End; at += PieceSize)
            {
                var wanted = (int)Math.Min(buffer.Length, mapping.End - at);
                needles.Find(buffer.AsSpan(0, Read(memory, buffer.AsSpan(0, wanted), at)), at, hits);
            }

            found.AddRange(hits.Select(hit => (hit, mapping)));
        }

        return found;
    }

    /// <summary>Returns the text around an address, with dots for bytes that are not printable ASCII.</summary>
    public string Around(long address)
    {
        using var memory = File.OpenHandle($"/proc/{processId}/mem");
        var bytes = new byte[192];
        var length = Read(memory, bytes, address - 64);
        return new string([.. Encoding.Latin1.GetString(bytes, 0, length).Select(c => c is >= ' ' and <= '~' ? c : '.')]);
    }

    private IEnumerable<Mapping> Mappings() =>
        from line in File.ReadLines($"/proc/{processId}/maps")
        let parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)
        where parts[1][0] == 'r' && !line.Contains("[v", StringComparison.Ordinal)
        let bounds = parts[0].Split('-')
        select new Mapping(
            long.Parse(bounds[0], NumberStyles.HexNumber), long.Parse(bounds[1], NumberStyles.HexNumber), line);

    // Pages that can't be read, because they were unmapped since or belong to a device, read as zeros.
    private int Read(Microsoft.Win32.SafeHandles.SafeFileHandle memory, Span<byte> bytes, long address)
    {
        bytes.Clear();
        for (var done = 0; done < bytes.Length;)
        {
            var read = TryRead(memory, bytes[done..], address + done);
            BytesRead += Math.Max(0, read);
            done += read > 0 ? read : PageSize - (int)((address + done) % PageSize);
        }

        return bytes.Length;
    }

    private static int TryRead(Microsoft.Win32.SafeHandles.SafeFileHandle memory, Span<byte> bytes, long address)
    {
        try
        {
            return RandomAccess.Read(memory, bytes, address);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
