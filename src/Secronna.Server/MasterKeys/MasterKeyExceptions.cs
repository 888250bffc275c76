namespace Secronna.Server.MasterKeys;

/// <summary>A master key can't be used. The message, for operators, begins with "master key" and has no secret.</summary>
internal abstract class MasterKeyException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>No provider holds the master key, or the provider says that it no longer does.</summary>
internal sealed class MasterKeyMissingException(string keyId, params IEnumerable<string> found)
    : MasterKeyException($"master key: the database needs the key with the id {keyId}; found: {List(found)}")
{
    public string KeyId { get; } = keyId;

    private static string List(IEnumerable<string> found) => string.Join(", ", found) is { Length: > 0 } list ? list : "none";
}

/// <summary>The provider does not answer or can't do what it was asked at present. The call may be tried again later.</summary>
internal sealed class MasterKeyUnavailableException(string source, string reason, Exception? inner = null)
    : MasterKeyException($"master key: {source}: {reason}", inner);

/// <summary>The master key that the provider holds under this id is not the master key that the installation uses.</summary>
internal sealed class MasterKeyMismatchException(string keyId)
    : MasterKeyException($"master key: the key that was found under the id {keyId} is not the one that this database was sealed with");
