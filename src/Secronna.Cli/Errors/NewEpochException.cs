namespace Secronna.Cli.Errors;

/// <summary>
/// The audit trail is in an epoch that was not accepted yet, or the new epoch lacks entries of the old one. The program ends
/// with exit code 4.
/// </summary>
/// <param name="message">What has changed, and how to accept it.</param>
internal sealed class NewEpochException(string message) : CliException(message, "NEW_EPOCH")
{
    /// <inheritdoc/>
    public override int ExitCode => 4;
}
