using Secronna.Cli.Errors;

namespace Secronna.Cli.Input;

/// <summary>Reads files that the user names.</summary>
internal static class InputFile
{
    private const string StandardInput = "-";

    /// <summary>Reads a whole file.</summary>
    /// <exception cref="CliException">The path is that of a folder.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static byte[] Read(string path) =>
        Directory.Exists(path) ? throw new CliException($"{path} is a folder: name a file in it", "IO_ERROR") : File.ReadAllBytes(path);

    /// <summary>Reads a whole file, or all of standard input where the path is <c>-</c>.</summary>
    /// <exception cref="CliException">The path is that of a folder.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    public static byte[] ReadOrStandardInput(string path)
    {
        if (path != StandardInput)
        {
            return Read(path);
        }

        using var input = Console.OpenStandardInput();
        using var content = new MemoryStream();
        input.CopyTo(content);
        return content.ToArray();
    }
}
