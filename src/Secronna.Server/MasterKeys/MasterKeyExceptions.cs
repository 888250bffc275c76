namespace Secronna.Server.MasterKeys;

/// <summary>A master key can't be used. The message is for operators: it begins with "master key" and holds no secret.</summary>
internal abstract class MasterKeyException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>There is no such key, or no longer: whoever holds keys says so.</summary>
internal sealed class MasterKeyMissingException(string keyId, params IEnumerable<string> found)
    : MasterKeyException($"master key: the database needs the key with the id {keyId}; found: {List(found)}")
{
    public string KeyId { get; } = keyId;

    private static string List(IEnumerable<string> found) => string.Join(", ", found) is { Length: > 0 } list ? list : "none";
}

/// <summary>Whoever holds the keys does not answer now, or can't do it now: it may be tried again.</summary>
internal sealed class MasterKeyUnavailableException(string source, string reason, Exception? inner = null)
    : MasterKeyException($"master key: {source}: {reason}", inner);

/// <summary>The key that was found under an id is not the one that the installation knows by it.</summary>
internal sealed class MasterKeyOtherException(string keyId)
    : MasterKeyException($"master key: the key that was found under the id {keyId} is not the one that this database was sealed with");
