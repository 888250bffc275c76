using Secronna.EndToEndTests.Running;

namespace Secronna.EndToEndTests.Rotation;

/// <summary>Searches the files of an installation's SQLite database for pieces of ciphertexts and wrapped keys.</summary>
internal sealed class DatabaseFileSearch(TestInstallation installation)
{
    private const int Size = 16;

    private readonly List<(string Name, byte[] Bytes)> pieces = [];

    private IEnumerable<string> Files =>
        Directory.GetFiles(installation.DataFolder).Where(file => file.StartsWith(installation.DatabaseFile, StringComparison.Ordinal));

    /// <summary>
    /// Adds two pieces of each ciphertext or wrapped key that a query returns. They begin after its header, which is not secret, and
    /// are small enough to be in one page.
    /// </summary>
    public async Task AddAsync(string name, string sql)
    {
        var boxes = await new InstallationDatabase(installation).RowsAsync(sql);
        Assert.NotEmpty(boxes);
        foreach (var box in boxes.Select(Convert.FromHexString))
        {
            pieces.Add((name, box[^Size..]));
            pieces.Add((name, box.AsSpan(box.Length / 2, Size).ToArray()));
        }
    }

    /// <summary>Returns the name and the place of each piece that is in one of the files.</summary>
    public HashSet<string> Find()
    {
        var files = Files.Select(file => (Name: Path.GetFileName(file), Bytes: Read(file))).ToList();
        return
        [
            .. from piece in pieces
               from file in files
               let at = file.Bytes.AsSpan().IndexOf(piece.Bytes)
               where at >= 0
               select $"{piece.Name} in {file.Name} at {at} of {file.Bytes.Length}",
        ];
    }

    /// <summary>Expects that all pieces are in the files now; otherwise their absence later would prove nothing.</summary>
    public void ExpectAllFound()
    {
        var files = Files.Select(Read).ToList();
        Assert.All(pieces, piece => Assert.True(files.Exists(file => file.AsSpan().IndexOf(piece.Bytes) >= 0), piece.Name));
    }

    public async Task ExpectNoneLeftAsync()
    {
        HashSet<string> found = [];
        try
        {
            await Until.HoldsAsync("nothing is left", () => (found = Find()).Count == 0);
        }
        catch (Xunit.Sdk.FailException)
        {
            Assert.Fail($"left in the files: {string.Join(", ", found)}");
        }
    }

    private static byte[] Read(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        var bytes = new byte[file.Length];
        var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..length];
    }
}
