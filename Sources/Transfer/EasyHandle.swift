import CCurl

/// An easy handle of libcurl and the place where libcurl writes what went wrong. It serves one transfer after the other.
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    /// The first option that libcurl did not take; a transfer that has one is not begun.
    private(set) var refusal = CURLE_OK
    private let errorText = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

    /// - Returns: nil when there is no memory.
    init?() {
        guard let pointer = curl_easy_init() else { return nil }
        self.pointer = pointer
        reset()
    }

    deinit {
        curl_easy_cleanup(pointer)
        errorText.deallocate()
    }

    /// Forgets every option. Nothing of a transfer is left for the next one.
    func reset() {
        curl_easy_reset(pointer)
        refusal = CURLE_OK
        errorText.pointee = 0
        easy_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorText)
    }

    func set(_ option: CURLoption, _ value: Int) {
        note(easy_set_long(pointer, option, value))
    }

    func set(_ option: CURLoption, _ isOn: Bool) {
        set(option, isOn ? 1 : 0)
    }

    func set(_ option: CURLoption, _ text: String?) {
        note(easy_set_text(pointer, option, text))
    }

    func set(_ option: CURLoption, _ list: UnsafeMutablePointer<curl_slist>?) {
        note(easy_set_list(pointer, option, list))
    }

    func set(_ option: CURLoption, offset: Int) {
        note(easy_set_offset(pointer, option, curl_off_t(offset)))
    }

    func set(_ option: CURLoption, context: UnsafeMutableRawPointer) {
        note(easy_set_pointer(pointer, option, context))
    }

    func set(_ option: CURLoption, bytes: UnsafeRawBufferPointer) {
        note(easy_set_pointer(pointer, option, UnsafeMutableRawPointer(mutating: bytes.baseAddress)))
    }

    func set(_ option: CURLoption, function: curl_write_callback) {
        note(easy_set_function(pointer, option, function))
    }

    func set(openSocket function: curl_opensocket_callback) {
        note(easy_set_open_socket(pointer, function))
    }

    private func note(_ code: CURLcode) {
        if refusal == CURLE_OK { refusal = code }
    }

    func long(_ info: CURLINFO) -> Int { easy_get_long(pointer, info) }

    func offset(_ info: CURLINFO) -> Int64 { Int64(easy_get_offset(pointer, info)) }

    func microseconds(_ info: CURLINFO) -> Duration { .microseconds(offset(info)) }

    /// All cookies that it knows, in libcurl's own writing.
    var cookies: [String] {
        let list = easy_get_cookies(pointer)
        defer { curl_slist_free_all(list) }
        var (cookies, entry) = ([String](), list)
        while let current = entry {
            cookies.append(String(cString: current.pointee.data))
            entry = current.pointee.next
        }
        return cookies
    }

    /// What happened in this transfer, rather than what its code means in general.
    var message: String { String(cString: errorText) }
}
