namespace Secronna.Cli.Input;

/// <summary>Files that a person names.</summary>
internal static class InputFile
{
    /// <summary>All of a file.</summary>
    /// <exception cref="CliException">It is a folder.</exception>
    /// <exception cref="IOException">It can't be read.</exception>
    public static byte[] Read(string path) =>
        Directory.Exists(path) ? throw new CliException($"{path} is a folder: name a file in it", "IO_ERROR") : File.ReadAllBytes(path);
}
