using Secronna.Client;
using Secronna.Protocol;

namespace Secronna.Cli.Commands.Import;

/// <summary>Explains in an error of the server what the error means for an import.</summary>
internal static class ImportErrors
{
    /// <summary>Whether the server refused a request because of the caller's permissions.</summary>
    public static bool IsRefusal(SecronnaException exception) => exception.Code is ErrorCodes.NotFound or ErrorCodes.Forbidden;

    /// <summary>The error of a refused reveal.</summary>
    public static SecronnaException OfReveal(SecronnaException exception) => Explained(
        exception, "an import compares the existing values, which needs the permission to reveal them; or the keys were deleted just now");

    /// <summary>The error of a refused batch.</summary>
    public static SecronnaException OfWrite(SecronnaException exception) =>
        Explained(exception, "an import needs the permission to write every key that differs");

    /// <summary>
    /// The error of a batch in which a key no longer has the version that was compared. The server's message begins with the key.
    /// </summary>
    public static SecronnaException OfConflict(SecronnaException exception, BatchRequest batch) =>
        batch.Secrets.FirstOrDefault(write => exception.Message.StartsWith(write.Key + ":", StringComparison.Ordinal)) switch
        {
            null => exception,
            { ExpectedVersion: 0 } => Explained(exception, "somebody created it meanwhile, or it existed and you may not list it"),
            _ => Explained(exception, "somebody wrote it meanwhile, and the import does not overwrite that"),
        };

    private static SecronnaException Explained(SecronnaException exception, string reason) =>
        new($"{exception.Message} ({reason})", exception.Code, exception.Status, exception.RequestId);
}
