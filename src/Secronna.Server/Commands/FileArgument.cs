using System.Text.RegularExpressions;

namespace Secronna.Server.Commands;

/// <summary>A file that the command line names.</summary>
internal static partial class FileArgument
{
    /// <summary>The whole path of the file.</summary>
    /// <exception cref="UsageException">
    /// The text is a connection string or a URI. It may hold a password, so the message doesn't repeat it, as it would a path.
    /// </exception>
    public static string FullPath(string name) => ConnectionString().IsMatch(name)
        ? throw new UsageException("FILE must be the name of a file, not a connection string: secronna-server backup verify takes one with --connection")
        : Path.GetFullPath(name);

    [GeneratedRegex(@"(^|[\s;])[A-Za-z][A-Za-z ]*=|://")]
    private static partial Regex ConnectionString();
}
