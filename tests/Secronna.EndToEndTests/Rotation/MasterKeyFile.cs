namespace Secronna.EndToEndTests.Rotation;

/// <summary>A master-key file, edited as operators should: the whole file is replaced atomically.</summary>
internal sealed class MasterKeyFile(string path)
{
    public IReadOnlyList<string> Ids => [.. File.ReadAllLines(path).Select(line => line.Split(' ')[0])];

    /// <summary>Removes a key and returns its line, which <see cref="PutBack"/> adds again.</summary>
    public string Remove(string id)
    {
        var lines = File.ReadAllLines(path);
        var line = Assert.Single(lines, line => line.StartsWith(id + " ", StringComparison.Ordinal));
        Write(lines.Where(other => other != line));
        return line;
    }

    public void PutBack(string line) => Write(File.ReadAllLines(path).Append(line));

    private void Write(IEnumerable<string> lines)
    {
        var next = path + ".next";
        File.WriteAllLines(next, lines);
        File.SetUnixFileMode(next, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Move(next, path, overwrite: true);
    }
}
